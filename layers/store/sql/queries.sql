-- name: versions
SELECT layer, version FROM antt.antt_version ORDER BY layer COLLATE "C";

-- name: one_state
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: select
SELECT {columns} FROM {table} {condition} ORDER BY id;

-- name: count
SELECT count(*) FROM {table} {condition};

-- name: is_empty
SELECT NOT EXISTS (SELECT 1 FROM {table});

-- name: begin_bulk
SELECT set_config('antt.bulk', 'on', true);

-- name: end_bulk
SELECT set_config('antt.bulk', 'off', true);

-- name: raise_version
SELECT antt.raise_version(%(layer)s);

-- name: copy
COPY {table} ({columns}) FROM STDIN;

-- name: try_first_load
SELECT pg_try_advisory_xact_lock(hashtext('antt first load ' || %(layer)s));

-- name: wait_shortly
SELECT set_config('antt.lock_timeout', current_setting('lock_timeout'), true),
    set_config('lock_timeout', '300ms', true);

-- name: wait_as_usual
SELECT set_config('lock_timeout', current_setting('antt.lock_timeout'), true);

-- name: drop_geom_index
DROP INDEX {geom_index};

-- name: make_geom_index
CREATE INDEX {geom_index} ON {table} USING gist (geom);

-- name: drop_reference_key
DROP INDEX {key};

-- name: drop_primary_key
ALTER TABLE {table} DROP CONSTRAINT {key};

-- name: make_primary_key
ALTER TABLE {table} ADD CONSTRAINT {key} PRIMARY KEY (id);

-- name: author
SELECT
    set_config('antt.inside', 'on', true), set_config('antt.who', %(who)s, true),
    set_config('antt.why', %(why)s, true), set_config('antt.at', %(at)s, true);

-- name: fence_is_raised
SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass('antt.incidents');

-- name: act_as_web
SELECT
    set_config('role', 'antt_web', true), set_config('antt.area', %(area)s, true),
    set_config('antt.everywhere', %(everywhere)s, true);

-- name: lock_rows
SELECT {columns} FROM {table} WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE;

-- name: update
UPDATE {table} AS kept SET {assignments} FROM unnest({arrays}) AS given ({names}) WHERE kept.id = given.id;

-- name: delete
DELETE FROM {table} WHERE id = ANY(%(ids)s);

-- name: history
SELECT layer, record_id, what, who, why, at, before, after, seq
FROM antt.antt_history WHERE layer = %(layer)s AND record_id = %(record_id)s ORDER BY seq;

-- name: all_history
SELECT layer, record_id, what, who, why, at, before, after, seq
FROM antt.antt_history WHERE seq > %(after)s ORDER BY seq LIMIT %(limit)s::bigint;

-- name: settle_history
LOCK TABLE antt.antt_history IN SHARE MODE;

-- name: history_end
SELECT coalesce(max(seq), 0) FROM antt.antt_history;

-- name: keep_history
INSERT INTO antt.antt_history (layer, record_id, what, who, why, at, before, after)
VALUES (%(layer)s, %(record_id)s, %(what)s, %(who)s, %(why)s, %(at)s, %(before)s, %(after)s);

-- name: known_references
SELECT id, source_ref, row_version, content_hash FROM antt.incidents WHERE source = %(source)s ORDER BY id;

-- name: keep_import
INSERT INTO antt.antt_import (
    import_id, layer, source, file_name, file_sha256, who, started_at, heartbeat_at,
    state, rows_done, counts, mapping, options
) VALUES (
    %(import_id)s, %(layer)s, %(source)s, %(file_name)s, %(file_sha256)s, %(who)s, %(started_at)s, %(heartbeat_at)s,
    %(state)s, %(rows_done)s, %(counts)s, %(mapping)s, %(options)s
) ON CONFLICT (import_id) DO UPDATE SET
    layer = excluded.layer, source = excluded.source, file_name = excluded.file_name,
    file_sha256 = excluded.file_sha256, who = excluded.who, started_at = excluded.started_at,
    heartbeat_at = excluded.heartbeat_at, state = excluded.state, rows_done = excluded.rows_done,
    counts = excluded.counts, mapping = excluded.mapping, options = excluded.options;

-- name: imports
SELECT import_id, layer, source, file_name, file_sha256, who, started_at, heartbeat_at,
    state, rows_done, counts, mapping, options
FROM antt.antt_import ORDER BY started_at DESC, import_id DESC;

-- name: quarantine
INSERT INTO antt.antt_quarantine (import_id, "row", reasons, raw, state)
VALUES (%(import_id)s, %(row)s, %(reasons)s, %(raw)s, %(state)s)
ON CONFLICT (import_id, "row") DO UPDATE SET
    reasons = excluded.reasons, raw = excluded.raw, state = excluded.state;

-- name: quarantined
SELECT import_id, "row", reasons, raw, state FROM antt.antt_quarantine
WHERE import_id = %(import_id)s OR %(import_id)s::text IS NULL
ORDER BY import_id, "row";

-- name: keep_note
INSERT INTO antt.antt_note (key, value) VALUES (%(key)s, %(value)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: notes
SELECT key, value FROM antt.antt_note ORDER BY key;
