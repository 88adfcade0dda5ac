-- name: lock
SELECT set_config('lock_timeout', '120s', true), pg_advisory_xact_lock(4709226041);

-- name: has_layout
SELECT to_regclass('antt.antt_layout') IS NOT NULL, EXISTS (
    SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('antt') AND relkind IN ('r', 'v')
);

-- name: applied_step
SELECT coalesce(max(step), 0) FROM antt.antt_layout;

-- name: keep_step
INSERT INTO antt.antt_layout (step, name) VALUES (%(step)s, %(name)s);

-- name: postgis_schema
SELECT namespace.nspname FROM pg_extension AS extension
JOIN pg_namespace AS namespace ON namespace.oid = extension.extnamespace
WHERE extension.extname = 'postgis';

-- name: make_postgis
CREATE EXTENSION postgis;

-- name: encoding
SELECT current_setting('server_encoding');

-- name: columns
SELECT c.relname, a.attname FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace('antt') AND c.relkind = 'r';

-- name: add_column
ALTER TABLE {table} ADD COLUMN {column};

-- name: make_reference_key
CREATE UNIQUE INDEX {key} ON {table} (source, source_ref);

-- name: keep_version
INSERT INTO antt.antt_version (layer) VALUES (%(layer)s) ON CONFLICT DO NOTHING;

-- name: categories
SELECT slug, category_group FROM antt.antt_category;

-- name: clear_categories
DELETE FROM antt.antt_category;

-- name: keep_category
INSERT INTO antt.antt_category (slug, category_group) VALUES (%(slug)s, %(category_group)s);
