CREATE OR REPLACE FUNCTION ops.sanctions_search(p_name text, p_least integer DEFAULT 60)
RETURNS TABLE (format text, entry_id text, name text, listed_as text, note text, score integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT v.format, m.entry_id, m.name, m.listed_as, m.note, m.score
      FROM payments.sanctions_match(payments.name_normal(p_name), p_least) AS m
      JOIN payments.sanctions_versions AS v ON v.version_id = m.version_id
     ORDER BY m.score DESC, m.entry_id;
END
$$;
COMMENT ON FUNCTION ops.sanctions_search(text, integer) IS
    'Who on the lists in force has a name like this one, in Latin letters (payment-service '
    'sanctions search transliterates), with a score of 0 to 100. Example: SELECT * FROM '
    'ops.sanctions_search(''John Smith'');';
