-- One layer, made from its declaration. A row added by hand gets its own id and counter.
CREATE TABLE {table} (
    id text COLLATE "C" PRIMARY KEY DEFAULT gen_random_uuid()::text,
    row_version bigint NOT NULL DEFAULT 1 CHECK (row_version >= 1),
    {columns},
    geom {geometry},
    changed_in bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint
);

CREATE INDEX {geom_index} ON {table} USING gist (geom);
CREATE INDEX ON {table} USING brin (changed_in) WITH (pages_per_range = 32);

CREATE TRIGGER antt_count BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION antt.count_row_version();

-- A bulk load is written into the ledger as a whole and says so by antt.bulk.
CREATE TRIGGER antt_history_insert AFTER INSERT ON {table}
    FOR EACH ROW WHEN (current_setting('antt.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION antt.keep_history();

CREATE TRIGGER antt_history AFTER UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION antt.keep_history();

-- At the end of the commit, so that writers of other rows wait for the counter only then.
CREATE CONSTRAINT TRIGGER antt_tell AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (current_setting('antt.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION antt.tell_change();

CREATE TRIGGER antt_refuse_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION antt.refuse_truncate();
