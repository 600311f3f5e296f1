CREATE OR REPLACE FUNCTION payments.aml_check_requests(
    p_tenant_id uuid, p_payment_ids uuid[], p_requests jsonb[], p_decisions text[],
    p_now timestamptz
) RETURNS text[]
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_doubtful uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM payments.aml_limits AS l WHERE l.tenant_id = p_tenant_id) THEN
        RETURN p_decisions;
    END IF;
    WITH screened AS (
        INSERT INTO payments.aml_screenings
            (tenant_id, id, kind, payment_id, list_versions, settings_version, inputs, findings,
             decision, score, reasons, screened_at)
        SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'aml_amounts', s.payment_id::text),
               'amounts', s.payment_id, '{}', s.settings_version,
               jsonb_build_object('customer', i.r -> 'customerId', 'amount', i.r -> 'amount',
                                  'currency', i.r -> 'currency'),
               s.findings, CASE WHEN s.reasons = '{}' THEN 'clear' ELSE 'review' END,
               CASE WHEN s.reasons = '{}' THEN 0 ELSE 100 END, s.reasons, p_now
          FROM payments.aml_sums(p_tenant_id, p_payment_ids, p_requests, p_now) AS s
          JOIN unnest(p_payment_ids, p_requests, p_decisions) AS i (id, r, decision)
            ON i.id = s.payment_id AND i.decision IS DISTINCT FROM 'block'
        RETURNING payment_id, id, reasons, decision
    ), asked AS (
        INSERT INTO payments.reviews
            (tenant_id, id, kind, source, source_id, payment_id, score, reasons, status, created_at,
             updated_at)
        SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'review', 'amounts', screened.id::text),
               'aml', 'amounts', screened.id::text, screened.payment_id, 100, screened.reasons,
               'open', p_now, p_now
          FROM screened WHERE screened.decision = 'review'
    )
    SELECT coalesce(array_agg(screened.payment_id) FILTER (WHERE screened.decision = 'review'),
                    '{}') INTO v_doubtful FROM screened;
    RETURN ARRAY(SELECT CASE WHEN i.id = ANY (v_doubtful) THEN 'review'
                             ELSE coalesce(i.decision, 'allow') END
                   FROM unnest(p_payment_ids, p_decisions) WITH ORDINALITY AS i (id, decision, n)
                  ORDER BY i.n);
END
$$;
COMMENT ON FUNCTION payments.aml_check_requests(uuid, uuid[], jsonb[], text[], timestamptz) IS
    'Screens the sums that new payments bring their customers to, if the tenant has limits, and '
    'opens reviews. Takes and returns the decisions on the payments, in order; a blocked one is '
    'not screened.';
