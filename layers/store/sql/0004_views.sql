-- What analysts may rely on; the tables behind may change. The GeoPackage has the same views.
CREATE VIEW antt.view_incidents AS
SELECT
    incident.id,
    incident.source,
    incident.category,
    coalesce(known.category_group, 'khac') AS category_group,
    incident.occurred_from,
    incident.occurred_to,
    incident.severity,
    incident.status,
    {postgis}.ST_X(incident.geom) AS lon,
    {postgis}.ST_Y(incident.geom) AS lat,
    incident.location_accuracy_m AS accuracy
FROM antt.incidents AS incident
LEFT JOIN antt.antt_category AS known ON known.slug = incident.category
WHERE incident.withdrawn IS NULL;

CREATE VIEW antt.view_units_in_force AS
SELECT
    id, code, name, unit_type, level, parent, parent_name, valid_from, valid_to, decree,
    area_km2_published, area_km2, population, formed_from, source
FROM antt.units
WHERE valid_from <= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    AND (valid_to IS NULL OR valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date);

CREATE VIEW antt.view_imports AS
SELECT
    import_id, layer, source, file_name, who, started_at, state, rows_done,
    coalesce((counts ->> 'read')::bigint, 0) AS read,
    coalesce((counts ->> 'accepted')::bigint, 0) AS accepted,
    coalesce((counts ->> 'updated')::bigint, 0) AS updated,
    coalesce((counts ->> 'quarantined')::bigint, 0) AS quarantined,
    coalesce((counts ->> 'unplaced')::bigint, 0) AS unplaced,
    coalesce((counts ->> 'duplicates')::bigint, 0) AS duplicates,
    coalesce((counts ->> 'unmapped_category')::bigint, 0) AS unmapped_category
FROM antt.antt_import;
