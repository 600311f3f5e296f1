CREATE OR REPLACE FUNCTION ops.clock_advance(p_seconds bigint) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_seconds IS NULL OR p_seconds < 0 THEN
        RAISE EXCEPTION 'the clock only goes forward' USING ERRCODE = 'PY020';
    END IF;
    UPDATE payments.deployment AS d
       SET clock_offset = d.clock_offset + make_interval(secs => p_seconds)
     WHERE d.environment IN ('development', 'test');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this is not a development database: its clock is not to be shifted'
            USING ERRCODE = 'PY061';
    END IF;
    RETURN payments.clock();
END
$$;
COMMENT ON FUNCTION ops.clock_advance(bigint) IS
    'Shifts payments.clock() forward by p_seconds and returns the new time. Development and test '
    'databases only. Raises PY020 (negative), PY061 (production). Example: SELECT '
    'ops.clock_advance(3600);';
