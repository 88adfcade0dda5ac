-- The second fence: what a mistake of the program lets through, the database still keeps back. Down until
-- somebody calls antt.raise_fence(), for roles belong to the whole server and not to this database.

CREATE FUNCTION antt.in_force(reference text, day date) RETURNS boolean
LANGUAGE sql STABLE AS $function$
    SELECT EXISTS (
        SELECT 1 FROM antt.units AS unit
        WHERE unit.level = 'commune' AND unit.code || '@' || to_char(unit.valid_from, 'YYYY-MM-DD') = reference
            AND unit.valid_from <= day AND (unit.valid_to IS NULL OR unit.valid_to > day)
    )
$function$;

-- The rule of the first fence: the unit in force today at the place, a shared border to the lowest code.
-- A record without a place is inside when everything that the unit it names has become is inside.
CREATE FUNCTION antt.within_area(place {postgis}.geometry, told text, happened timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = antt, {postgis}, pg_temp AS $function$
DECLARE
    area text[] := string_to_array(nullif(current_setting('antt.area', true), ''), ',');
    today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
    happened_on date := (happened AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
    named text[];
    inside boolean;
BEGIN
    IF current_setting('antt.everywhere', true) IS NOT DISTINCT FROM 'on' THEN
        RETURN true;
    ELSIF area IS NULL THEN
        RETURN false;
    ELSIF place IS NOT NULL AND NOT ST_IsEmpty(place) THEN
        SELECT unit.code = ANY (area) INTO inside FROM units AS unit
        WHERE unit.level = 'commune' AND ST_Intersects(unit.geom, place)
            AND unit.valid_from <= today AND (unit.valid_to IS NULL OR unit.valid_to > today)
        ORDER BY unit.code COLLATE "C" LIMIT 1;
        RETURN coalesce(inside, false);
    END IF;
    SELECT array_agg(unit.code || '@' || to_char(unit.valid_from, 'YYYY-MM-DD')) INTO named FROM units AS unit
    WHERE unit.level = 'commune'
        AND unit.valid_from <= happened_on AND (unit.valid_to IS NULL OR unit.valid_to > happened_on)
        AND lower(btrim(told)) IN (
            lower(unit.code), lower(unit.code || '@' || to_char(unit.valid_from, 'YYYY-MM-DD')),
            lower(unit.name), lower(unit.unit_type || ' ' || unit.name)
        );
    IF named IS NULL OR cardinality(named) <> 1 THEN
        RETURN false;
    END IF;
    WITH RECURSIVE became (reference, lasts) AS (
        SELECT named[1], in_force(named[1], today)
        UNION
        SELECT link.to_version, in_force(link.to_version, today)
        FROM became JOIN lineage AS link ON link.from_version = became.reference WHERE NOT became.lasts
    )
    SELECT bool_and(became.lasts AND split_part(became.reference, '@', 1) = ANY (area)) INTO inside FROM became
    -- One that ended and went nowhere known is asked too, and says no.
    WHERE became.lasts OR NOT EXISTS (SELECT 1 FROM lineage AS link WHERE link.from_version = became.reference);
    RETURN coalesce(inside, false);
END
$function$;

-- Both roles may exist already: another database of this server has its own store.
CREATE FUNCTION antt.make_role(name text) RETURNS void
LANGUAGE plpgsql AS $function$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$function$;

-- To be called by an account that may make roles, after each upgrade too; calling it twice changes nothing.
CREATE FUNCTION antt.raise_fence(login text DEFAULT session_user) RETURNS void
LANGUAGE plpgsql AS $function$
DECLARE
    layer_key text;
BEGIN
    PERFORM antt.make_role('antt_web'), antt.make_role('antt_indexer');
    EXECUTE format('GRANT antt_web, antt_indexer TO %I', login);
    GRANT USAGE ON SCHEMA antt TO antt_web, antt_indexer;
    GRANT SELECT ON ALL TABLES IN SCHEMA antt TO antt_indexer;
    FOR layer_key IN SELECT layer FROM antt.antt_version WHERE layer <> 'incidents' LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON antt.%I TO antt_web', layer_key);
    END LOOP;
    GRANT SELECT ON antt.antt_version, antt.antt_note, antt.antt_category, antt.antt_layout, antt.antt_history
        TO antt_web;
    -- Incidents are withdrawn, never deleted, by people.
    GRANT SELECT, INSERT, UPDATE ON antt.incidents TO antt_web;
    PERFORM antt.lower_fence();
    CREATE POLICY antt_area ON antt.incidents TO antt_web
        USING (antt.within_area(geom, reported_unit, occurred_from))
        WITH CHECK (antt.within_area(geom, reported_unit, occurred_from));
    CREATE POLICY antt_area ON antt.antt_history FOR SELECT TO antt_web USING (
        layer <> 'incidents'
        OR current_setting('antt.everywhere', true) IS NOT DISTINCT FROM 'on'
        OR EXISTS (SELECT 1 FROM antt.incidents AS incident WHERE incident.id = record_id)
    );
    -- Whoever is not of the web role keeps the rights given to him, as analysts and the indexer.
    CREATE POLICY antt_others ON antt.incidents USING (NOT pg_has_role(current_user, 'antt_web', 'USAGE'));
    CREATE POLICY antt_others ON antt.antt_history USING (NOT pg_has_role(current_user, 'antt_web', 'USAGE'));
    ALTER TABLE antt.incidents ENABLE ROW LEVEL SECURITY;
    ALTER TABLE antt.antt_history ENABLE ROW LEVEL SECURITY;
END
$function$;

CREATE FUNCTION antt.lower_fence() RETURNS void
LANGUAGE plpgsql AS $function$
BEGIN
    ALTER TABLE antt.incidents DISABLE ROW LEVEL SECURITY;
    ALTER TABLE antt.antt_history DISABLE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS antt_area ON antt.incidents;
    DROP POLICY IF EXISTS antt_others ON antt.incidents;
    DROP POLICY IF EXISTS antt_area ON antt.antt_history;
    DROP POLICY IF EXISTS antt_others ON antt.antt_history;
END
$function$;
