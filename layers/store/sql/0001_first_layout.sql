-- Map data, its history and the import ledger live in antt. The schema system is kept free
-- for accounts, jobs and sessions, which are never copied with the map.
CREATE SCHEMA IF NOT EXISTS antt;
CREATE SCHEMA IF NOT EXISTS system;

CREATE TABLE antt.antt_layout (
    step integer PRIMARY KEY,
    name text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE antt.antt_version (
    layer text PRIMARY KEY,
    version bigint NOT NULL DEFAULT 0
);

CREATE TABLE antt.antt_note (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE antt.antt_category (
    slug text PRIMARY KEY,
    category_group text NOT NULL
);

-- Once a commit and layer, whoever calls it: the setting is forgotten when the transaction ends.
CREATE FUNCTION antt.raise_version(touched text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = antt, pg_temp AS $function$
DECLARE
    raised text := coalesce(current_setting('antt.raised', true), '');
    reached bigint;
BEGIN
    IF position('|' || touched || '|' IN raised) > 0 THEN
        RETURN;
    END IF;
    UPDATE antt.antt_version SET version = version + 1 WHERE layer = touched RETURNING version INTO reached;
    PERFORM set_config('antt.raised', raised || '|' || touched || '|', true);
    PERFORM pg_notify('antt_versions', json_build_object('layer', touched, 'version', reached)::text);
END
$function$;
