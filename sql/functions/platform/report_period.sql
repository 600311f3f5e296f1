CREATE OR REPLACE FUNCTION payments.report_period(p_from timestamptz, p_to timestamptz)
    RETURNS tstzrange
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_to CONSTANT timestamptz := coalesce(p_to, payments.clock());
    v_from CONSTANT timestamptz := coalesce(p_from, v_to - interval '30 days');
BEGIN
    IF v_from > v_to THEN
        RAISE EXCEPTION 'a period cannot end before it starts' USING ERRCODE = 'PY020';
    END IF;
    RETURN tstzrange(v_from, v_to, '[)');
END
$$;
COMMENT ON FUNCTION payments.report_period(timestamptz, timestamptz) IS
    'The period of a report, its end not included; without an end up to the present, without a '
    'start the 30 days before the end. Raises PY020.';
