-- Two ways to a candidate: by trigrams, which stand order and spelling, and by sound, which stands
-- Smith and Smythe.
CREATE OR REPLACE FUNCTION payments.sanctions_match(p_normal text, p_least integer)
RETURNS TABLE (version_id uuid, entry_id text, name text, listed_as text, note text, score integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    -- by sound alone: beyond, a name is too common to be told apart by it
    c_most CONSTANT integer := 300;
    c_shown CONSTANT integer := 20;
    v_codes text[] := payments.name_codes(p_normal);
    v_versions uuid[] := ARRAY(SELECT l.version_id FROM payments.sanctions_lists AS l);
BEGIN
    -- The operator reads its threshold here: what is spelt less alike scores enough only if all of
    -- it sounds the same.
    EXECUTE format('SET LOCAL pg_trgm.similarity_threshold = %s',
                   greatest(0.3, p_least / 100.0 - 0.2));
    RETURN QUERY
    WITH alike AS (
        SELECT spelt.version_id, spelt.entry_id, spelt.name, spelt.normal, spelt.codes,
               spelt.listed_as, spelt.note
          FROM payments.sanctions_entries AS spelt
         WHERE spelt.normal OPERATOR(public.%) p_normal AND spelt.version_id = ANY (v_versions)
        UNION
        -- Only of what is in force: the names of the version before, and of one being imported,
        -- would fill the limit.
        (SELECT heard.version_id, heard.entry_id, heard.name, heard.normal, heard.codes,
                heard.listed_as, heard.note
           FROM payments.sanctions_entries AS heard
          WHERE heard.codes @> v_codes AND v_codes <> '{}' AND heard.version_id = ANY (v_versions)
          LIMIT c_most)
    ), scored AS (
        SELECT a.version_id, a.entry_id, a.name, a.listed_as, a.note,
               round((100 * greatest(s.spelt, 0.4 * s.spelt + 0.6 * s.heard))::numeric)::integer
                   AS score
          FROM alike AS a
         CROSS JOIN LATERAL (
            SELECT public.similarity(a.normal, p_normal) AS spelt,
                   (SELECT count(*) FROM unnest(v_codes) AS c WHERE c = ANY (a.codes))::real
                       / greatest(cardinality(v_codes), cardinality(a.codes), 1) AS heard) AS s
    ), best AS (
        SELECT DISTINCT ON (d.version_id, d.entry_id) d.* FROM scored AS d
         WHERE d.score >= p_least ORDER BY d.version_id, d.entry_id, d.score DESC, d.name
    )
    SELECT b.version_id, b.entry_id, b.name, b.listed_as, b.note, b.score
      FROM best AS b ORDER BY b.score DESC, b.version_id, b.entry_id LIMIT c_shown;
END
$$;
COMMENT ON FUNCTION payments.sanctions_match(text, integer) IS
    'Persons and companies of the lists in force whose name or alias is like a normalised name, '
    'likest first, with a score of 0 to 100 of at least p_least.';
