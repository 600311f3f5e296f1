CREATE OR REPLACE FUNCTION payments.fraud_check_charge(
    p_tenant_id uuid, p_payment_id uuid, p_charge jsonb, p_failed boolean, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_ruleset CONSTANT jsonb := payments.fraud_ruleset(p_tenant_id);
    v_known CONSTANT jsonb := jsonb_strip_nulls(jsonb_build_object(
        'card', p_charge #> '{payment_method_details,card,fingerprint}',
        'risk_level', p_charge #> '{outcome,risk_level}', 'livemode', p_charge -> 'livemode'));
    v_check_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'fraud_check', p_payment_id::text,
                                                   p_charge ->> 'id');
    v_inputs jsonb;
    v_facts jsonb;
    v_earlier jsonb;
    v_score record;
BEGIN
    IF v_ruleset IS NULL THEN
        RETURN;
    END IF;
    SELECT c.inputs, c.facts INTO v_inputs, v_earlier FROM payments.fraud_checks AS c
     WHERE c.tenant_id = p_tenant_id
       AND c.id = payments.id_derive(p_tenant_id, 'fraud_check', p_payment_id::text);
    v_inputs := coalesce(v_inputs, '{}') || v_known;
    SELECT coalesce(jsonb_object_agg(m.rule, m.measured), '{}') INTO v_facts
      FROM payments.fraud_measure(p_tenant_id, v_ruleset -> 'rules', ARRAY[p_payment_id],
                                  ARRAY[v_known], p_now) AS m WHERE NOT p_failed;
    INSERT INTO payments.fraud_signals (tenant_id, event, signal, value, seen_at, source_id)
    SELECT p_tenant_id, CASE WHEN p_failed THEN 'decline' ELSE 'payment' END, k.signal,
           v_inputs ->> k.signal, p_now, p_charge ->> 'id'
      FROM unnest(CASE WHEN p_failed THEN '{customer,card,device,ip,email_domain}'
                       ELSE '{card}' END::text[]) AS k (signal)
     WHERE v_inputs ? k.signal
    ON CONFLICT DO NOTHING;
    -- Nothing new against it: what was decided at the request stands.
    IF (SELECT s.reasons FROM payments.fraud_score(v_ruleset, v_facts, 'charge') AS s) = '{}' THEN
        RETURN;
    END IF;
    v_facts := coalesce(v_earlier, '{}') || v_facts;
    SELECT s.* INTO v_score FROM payments.fraud_score(v_ruleset, v_facts, 'charge') AS s;
    INSERT INTO payments.fraud_checks
        (tenant_id, id, payment_id, phase, rules_version, inputs, facts, decision, score, reasons,
         checked_at)
    VALUES (p_tenant_id, v_check_id, p_payment_id, 'charge', (v_ruleset ->> 'version')::integer,
            v_inputs, v_facts, v_score.decision, v_score.score, v_score.reasons, p_now)
    ON CONFLICT DO NOTHING;
    IF v_score.decision = 'review' THEN
        PERFORM payments.review_open(p_tenant_id, 'rules', v_check_id::text, p_payment_id,
                                     v_score.score, v_score.reasons, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.fraud_check_charge(uuid, uuid, jsonb, boolean, timestamptz) IS
    'What a charge tells the fraud rules of a locked payment: a decline is counted; of a success '
    'the card and Stripe''s risk are judged together with what the request told, and a review is '
    'opened if that is called for.';
