CREATE OR REPLACE FUNCTION ops.tenants_compared(p_from timestamptz DEFAULT NULL,
                                                p_to timestamptz DEFAULT NULL)
RETURNS TABLE (tenant_id uuid, name text, currency text, payments bigint, gross numeric,
               refunded numeric, disputed numeric,
               fees numeric, platform numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_tenant_id uuid;
    v_period CONSTANT tstzrange := payments.report_period(p_from, p_to);
BEGIN
    FOR v_tenant_id IN SELECT i.tenant_id FROM payments.tenant_ids() AS i
    LOOP
        PERFORM payments.tenant_visit(v_tenant_id);
        CONTINUE WHEN payments.member_check(v_tenant_id) IS NOT TRUE;
        RETURN QUERY
        SELECT v_tenant_id, (SELECT t.name FROM payments.tenants AS t
                              WHERE t.tenant_id = v_tenant_id), f.currency,
               count(DISTINCT f.payment_id) FILTER (WHERE f.cause_type = 'capture'), sum(f.gross),
               sum(f.refunded), sum(f.disputed), sum(f.fees),
               coalesce(
                   sum(f.gross - f.refunded - f.disputed - f.fees) FILTER (
                       WHERE f.recipient_type = 'platform'), 0)
          FROM payments.money_facts(v_tenant_id, v_period) AS f
         GROUP BY f.currency ORDER BY f.currency;
    END LOOP;
    PERFORM payments.tenant_visit(NULL);
END
$$;
COMMENT ON FUNCTION ops.tenants_compared(timestamptz, timestamptz) IS
    'The tenants the caller is a member of, side by side: captured, refunded, lost in disputes, '
    'fees, and what is left for the platform, in minor units per currency. Default: the last 30 '
    'days. Raises PY020. Example: SELECT * FROM ops.tenants_compared(date_trunc(''month'', '
    'now()));';
