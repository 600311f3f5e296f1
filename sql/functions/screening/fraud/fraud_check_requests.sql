CREATE OR REPLACE FUNCTION payments.fraud_check_requests(
    p_tenant_id uuid, p_payment_ids uuid[], p_requests jsonb[], p_now timestamptz
) RETURNS text[]
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_ruleset CONSTANT jsonb := payments.fraud_ruleset(p_tenant_id);
    v_values jsonb[];
    v_decisions text[];
BEGIN
    IF v_ruleset IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(payments.fraud_values(r.request) ORDER BY r.n) INTO v_values
      FROM unnest((SELECT p_requests)) WITH ORDINALITY AS r (request, n);
    WITH measured AS (
        SELECT m.payment_id, jsonb_object_agg(m.rule, m.measured) AS facts
          FROM payments.fraud_measure(p_tenant_id, v_ruleset -> 'rules', p_payment_ids, v_values,
                                      p_now) AS m GROUP BY m.payment_id
    ), decided AS MATERIALIZED (
        SELECT given.n, given.id, given.v, coalesce(measured.facts, '{}') AS facts,
               scored.decision, scored.score, scored.reasons,
               payments.id_derive(p_tenant_id, 'fraud_check', given.id::text) AS check_id
          FROM unnest((SELECT p_payment_ids), v_values) WITH ORDINALITY AS given (id, v, n)
          LEFT JOIN measured ON measured.payment_id = given.id
         CROSS JOIN LATERAL payments.fraud_score(v_ruleset, coalesce(measured.facts, '{}'),
                                                 'request') AS scored
    ), checked AS (
        INSERT INTO payments.fraud_checks
            (tenant_id, id, payment_id, phase, rules_version, inputs, facts, decision, score,
             reasons, checked_at)
        SELECT p_tenant_id, d.check_id, d.id, 'request', (v_ruleset ->> 'version')::integer,
               d.v - 'email', d.facts, d.decision, d.score, d.reasons, p_now
          FROM decided AS d
    ), seen AS (
        INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
        SELECT p_tenant_id, 'payment', k.signal, d.v ->> k.signal, p_now, d.id::text
          FROM decided AS d, unnest('{customer,device,ip,email_domain}'::text[]) AS k (signal)
         WHERE d.v ? k.signal
    ), asked AS (
        INSERT INTO payments.reviews
            (tenant_id, id, kind, source, source_id, payment_id, score, reasons, status, created_at,
             updated_at)
        SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'review', 'rules', d.check_id::text),
               'fraud', 'rules', d.check_id::text, d.id, d.score, d.reasons, 'open', p_now, p_now
          FROM decided AS d WHERE d.decision = 'review'
    )
    SELECT array_agg(d.decision ORDER BY d.n) INTO v_decisions FROM decided AS d;
    RETURN v_decisions;
END
$$;
COMMENT ON FUNCTION payments.fraud_check_requests(uuid, uuid[], jsonb[], timestamptz) IS
    'Decides on new payments before Stripe hears of them, stores each decision with what it rests '
    'on, and opens the reviews. Returns allow, review or block for each in order; null when the '
    'tenant has no rules.';
