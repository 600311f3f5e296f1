CREATE OR REPLACE FUNCTION ops.sanctions_add(p_version_id uuid, p_names jsonb) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_added integer;
BEGIN
    PERFORM payments.owner_check();
    INSERT INTO payments.sanctions_entries (version_id, entry_id, place, name, normal, codes,
                                            listed_as, note)
    SELECT p_version_id, n.entry_id, n.place, n.name, n.normal, payments.name_codes(n.normal),
           n.listed_as, n.note
      FROM (SELECT e ->> 'entryId' AS entry_id, (e ->> 'place')::integer AS place,
                   e ->> 'name' AS name,
                   payments.name_normal(e ->> 'transliterated') AS normal,
                   e ->> 'listedAs' AS listed_as, e ->> 'note' AS note
              FROM jsonb_array_elements(p_names) AS e) AS n
     WHERE n.normal <> ''
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_added = ROW_COUNT;
    UPDATE payments.sanctions_versions AS v SET names = v.names + v_added
     WHERE v.version_id = p_version_id;
    RETURN v_added;
END
$$;
COMMENT ON FUNCTION ops.sanctions_add(uuid, jsonb) IS
    'Adds names to a version that is being imported: an array of {entryId, place, name, '
    'transliterated, listedAs, note}; returns how many. Raises PY070.';
