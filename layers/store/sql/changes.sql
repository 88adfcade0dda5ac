-- name: state
SELECT
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS settled_below,
    concat_ws(
        ':', (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        pg_relation_filenode(to_regclass('antt.' || quote_ident(%(layer)s)))
    ) AS identity,
    (SELECT version FROM antt.antt_version WHERE layer = %(layer)s) AS version;

-- name: rows_since
SELECT {columns} FROM {table} WHERE changed_in >= %(since)s::bigint;

-- name: every_row
SELECT {columns} FROM {table};

-- name: deleted_since
SELECT DISTINCT record_id FROM antt.antt_history
WHERE written_in >= %(since)s::bigint AND layer = %(layer)s AND what = 'delete';
