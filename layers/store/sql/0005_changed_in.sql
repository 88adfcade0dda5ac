-- Each row and each entry of the history names the transaction that wrote it last, so that a copy
-- kept elsewhere asks for what came later. Block-range indices are tiny and never wrong for "since".
DO $$
DECLARE layer_table text;
BEGIN
    FOR layer_table IN
        SELECT c.table_name FROM information_schema.columns AS c
        WHERE c.table_schema = 'antt' AND c.column_name = 'row_version' AND c.table_name IN (
            SELECT layer FROM antt.antt_version
        )
    LOOP
        EXECUTE format(
            'ALTER TABLE antt.%I ADD COLUMN IF NOT EXISTS changed_in bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint',
            layer_table
        );
        EXECUTE format(
            'CREATE INDEX IF NOT EXISTS %I ON antt.%I USING brin (changed_in) WITH (pages_per_range = 32)',
            layer_table || '_changed_in_idx', layer_table
        );
    END LOOP;
END
$$;

ALTER TABLE antt.antt_history ADD COLUMN written_in bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX antt_history_written_in ON antt.antt_history USING brin (written_in) WITH (pages_per_range = 32);

CREATE OR REPLACE FUNCTION antt.count_row_version() RETURNS trigger
LANGUAGE plpgsql AS $function$
BEGIN
    IF NEW.id IS DISTINCT FROM OLD.id THEN
        RAISE EXCEPTION 'the id of a row cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.row_version := OLD.row_version + 1;
    NEW.changed_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END
$function$;

-- As before, but the transaction's number is no value of the record.
CREATE OR REPLACE FUNCTION antt.keep_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = antt, {postgis}, pg_temp AS $function$
DECLARE
    inside boolean := current_setting('antt.inside', true) IS NOT DISTINCT FROM 'on';
    said_who text := coalesce(current_setting('antt.who', true), '');
    said_why text := coalesce(current_setting('antt.why', true), '');
    said_at timestamptz := coalesce(nullif(current_setting('antt.at', true), '')::timestamptz, clock_timestamp());
    not_values constant text[] := ARRAY['geom', 'changed_in'];
    old_values jsonb;
    new_values jsonb;
BEGIN
    IF NOT inside THEN
        said_who := 'external';
        said_why := concat_ws(' · ', session_user, nullif(current_setting('application_name', true), ''));
    END IF;
    IF TG_OP <> 'INSERT' THEN
        old_values := to_jsonb(OLD) - not_values || jsonb_build_object('geometry', ST_AsText(OLD.geom));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_values := to_jsonb(NEW) - not_values || jsonb_build_object('geometry', ST_AsText(NEW.geom));
    END IF;
    INSERT INTO antt.antt_history (layer, record_id, what, who, why, at, before, after)
    VALUES (
        TG_TABLE_NAME, coalesce(new_values, old_values) ->> 'id', lower(TG_OP),
        said_who, said_why, said_at, old_values, new_values
    );
    RETURN NULL;
END
$function$;
