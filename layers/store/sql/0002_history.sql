CREATE TABLE antt.antt_history (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layer text COLLATE "C" NOT NULL,
    record_id text COLLATE "C" NOT NULL,
    what text NOT NULL CHECK (what IN ('insert', 'update', 'delete')),
    who text NOT NULL,
    why text NOT NULL,
    at timestamptz NOT NULL,
    before jsonb,
    after jsonb
);
CREATE INDEX antt_history_record ON antt.antt_history (layer, record_id, seq);

-- The program counts by this trigger too, so an edit from psql or QGIS is counted alike.
CREATE FUNCTION antt.count_row_version() RETURNS trigger
LANGUAGE plpgsql AS $function$
BEGIN
    IF NEW.id IS DISTINCT FROM OLD.id THEN
        RAISE EXCEPTION 'the id of a row cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.row_version := OLD.row_version + 1;
    RETURN NEW;
END
$function$;

-- Runs with the rights of the owner: who may edit a layer need not be able to write the history.
CREATE FUNCTION antt.keep_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = antt, {postgis}, pg_temp AS $function$
DECLARE
    inside boolean := current_setting('antt.inside', true) IS NOT DISTINCT FROM 'on';
    said_who text := coalesce(current_setting('antt.who', true), '');
    said_why text := coalesce(current_setting('antt.why', true), '');
    said_at timestamptz := coalesce(nullif(current_setting('antt.at', true), '')::timestamptz, clock_timestamp());
    old_values jsonb;
    new_values jsonb;
BEGIN
    IF NOT inside THEN
        said_who := 'external';
        said_why := concat_ws(' · ', session_user, nullif(current_setting('application_name', true), ''));
    END IF;
    IF TG_OP <> 'INSERT' THEN
        old_values := to_jsonb(OLD) - 'geom' || jsonb_build_object('geometry', ST_AsText(OLD.geom));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_values := to_jsonb(NEW) - 'geom' || jsonb_build_object('geometry', ST_AsText(NEW.geom));
    END IF;
    INSERT INTO antt.antt_history (layer, record_id, what, who, why, at, before, after)
    VALUES (
        TG_TABLE_NAME, coalesce(new_values, old_values) ->> 'id', lower(TG_OP),
        said_who, said_why, said_at, old_values, new_values
    );
    RETURN NULL;
END
$function$;

CREATE FUNCTION antt.tell_change() RETURNS trigger
LANGUAGE plpgsql AS $function$
BEGIN
    PERFORM antt.raise_version(TG_TABLE_NAME);
    RETURN NULL;
END
$function$;

CREATE FUNCTION antt.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql AS $function$
BEGIN
    RAISE EXCEPTION 'TRUNCATE would leave no history; use DELETE' USING ERRCODE = 'integrity_constraint_violation';
END
$function$;
