CREATE OR REPLACE FUNCTION payments.reason_check(p_reason text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF length(btrim(p_reason)) BETWEEN 1 AND 500 THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'say why, in 1 to 500 characters' USING ERRCODE = 'PY020';
END
$$;
COMMENT ON FUNCTION payments.reason_check(text) IS
    'Returns when an operator gave a reason, of 500 characters at most. Raises PY020.';
