-- Each check answers with one row for each problem: a name, and how many records it concerns.

-- name: missing_index
SELECT wanted.name, 1 FROM unnest(%(names)s::text[]) AS wanted (name)
WHERE NOT EXISTS (
    SELECT 1 FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'antt'::regnamespace AND c.relname = wanted.name AND i.indisvalid
);

-- name: idle_trigger
SELECT wanted.layer || '.' || wanted.name, 1
FROM (
    SELECT layer, name FROM unnest(%(layers)s::text[]) AS layer, unnest(%(names)s::text[]) AS name
) AS wanted
WHERE NOT EXISTS (
    SELECT 1 FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'antt'::regnamespace AND c.relname = wanted.layer AND t.tgname = wanted.name
        AND t.tgenabled IN ('O', 'A')
);

-- name: unproven_constraint
SELECT conname, 1 FROM pg_constraint WHERE connamespace = 'antt'::regnamespace AND NOT convalidated ORDER BY 1;

-- name: missing_version
SELECT layer, 1 FROM unnest(%(layers)s::text[]) AS layer
WHERE NOT EXISTS (SELECT 1 FROM antt.antt_version AS v WHERE v.layer = layer.layer);

-- name: silent_import
SELECT import_id, 1 FROM antt.antt_import
WHERE state = 'running' AND heartbeat_at < now() - interval '5 minutes' ORDER BY started_at;

-- name: orphan_quarantine
SELECT import_id, count(*) FROM antt.antt_quarantine AS q
WHERE NOT EXISTS (SELECT 1 FROM antt.antt_import AS i WHERE i.import_id = q.import_id)
GROUP BY import_id ORDER BY import_id;

-- name: orphan_incidents
SELECT import_id, count(*) FROM antt.incidents AS r
WHERE import_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM antt.antt_import AS i WHERE i.import_id = r.import_id)
GROUP BY import_id ORDER BY import_id;

-- name: overlapping_units
SELECT a.level || ' ' || a.code, count(*) FROM antt.units AS a JOIN antt.units AS b
    ON a.level = b.level AND a.code = b.code AND a.id < b.id
    AND a.valid_from < coalesce(b.valid_to, 'infinity') AND b.valid_from < coalesce(a.valid_to, 'infinity')
GROUP BY a.level, a.code ORDER BY a.level, a.code;

-- name: reversed_units
SELECT code, count(*) FROM antt.units WHERE valid_to <= valid_from GROUP BY code ORDER BY code;

-- name: reversed_incidents
SELECT source, count(*) FROM antt.incidents WHERE occurred_to < occurred_from GROUP BY source ORDER BY source;

-- name: doubled_reference
SELECT source || ' ' || source_ref, count(*) FROM antt.incidents GROUP BY source, source_ref
HAVING count(*) > 1 ORDER BY source, source_ref;

-- name: off_the_earth
SELECT {name}, count(*) FROM {table}
WHERE geom IS NOT NULL AND (
    ST_IsEmpty(geom) OR ST_XMin(geom) < -180 OR ST_XMax(geom) > 180 OR ST_YMin(geom) < -90 OR ST_YMax(geom) > 90
) HAVING count(*) > 0;

-- name: empty_required
SELECT {name}, count(*) FROM {table} WHERE {column} IS NULL HAVING count(*) > 0;
