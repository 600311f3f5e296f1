CREATE OR REPLACE FUNCTION payments.name_codes(p_normal text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT public.dmetaphone(w) AS code
                   FROM regexp_split_to_table(p_normal, ' ') AS w
                  WHERE length(w) > 1 AND public.dmetaphone(w) <> '' ORDER BY code);
END
$$;
COMMENT ON FUNCTION payments.name_codes(text) IS
    'How the words of a normalised name sound (double metaphone).';
