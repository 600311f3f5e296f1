CREATE OR REPLACE FUNCTION ops.exchange_rate_set(
    p_tenant_id uuid, p_currency text, p_reporting_currency text, p_rate numeric,
    p_valid_from timestamptz DEFAULT NULL
) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF (p_rate > 0) IS NOT TRUE OR p_rate >= 1000000000
       OR (SELECT count(*) FROM payments.currencies AS c
            WHERE c.currency IN (p_currency, p_reporting_currency)) <> 2 THEN
        RAISE EXCEPTION 'a rate is above 0 and between two currencies we know'
            USING ERRCODE = 'PY020';
    END IF;
    INSERT INTO payments.exchange_rates (tenant_id, currency, reporting_currency, valid_from, rate,
                                         created_at, created_by)
    VALUES (p_tenant_id, p_currency, p_reporting_currency, coalesce(p_valid_from, v_now), p_rate,
            v_now, session_user)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is a rate from that moment on already' USING ERRCODE = 'PY030';
    END IF;
    PERFORM payments.audit_act(p_tenant_id, 'exchange_rate_set',
                               p_currency || ' ' || p_reporting_currency);
    RETURN coalesce(p_valid_from, v_now);
END
$$;
COMMENT ON FUNCTION ops.exchange_rate_set(uuid, text, text, numeric, timestamptz) IS
    'Declares how many minor units of the reporting currency one minor unit of a currency counts '
    'as in AML sums, from a moment on (now); nothing else is converted by it. Raises PY020, PY030 '
    '(declared before), PY070. Example: SELECT ops.exchange_rate_set(''…'', ''usd'', ''eur'', '
    '0.92);';
