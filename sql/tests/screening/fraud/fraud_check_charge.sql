BEGIN;
SELECT plan(11);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT suspect(tenant_a());
SELECT keep('p', settled_payment(tenant_a(), 'k', '{"customerId": "fan"}')),
       keep('q', settled_payment(tenant_a(), 'k2', '{"customerId": "fan2"}')),
       keep('r', settled_payment(tenant_a(), 'k3', '{"customerId": "fan3"}')),
       keep('s', settled_payment(tenant_a(), 'k4', '{"customerId": "fan4"}'));
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.charge(p_name text, p_risk text DEFAULT 'normal',
                               p_failed boolean DEFAULT false, p_id text DEFAULT '1')
RETURNS void LANGUAGE sql AS $$
    SELECT payments.fraud_check_charge(
        tap_helpers.tenant_a(), tap_helpers.the(p_name),
        jsonb_build_object('id', 'ch_' || p_name || p_id,
                           'outcome', jsonb_build_object('risk_level', p_risk),
                           'payment_method_details', '{"card": {"fingerprint": "F1"}}'::jsonb),
        p_failed, tap_helpers.clock()) $$;
SELECT pg_temp.charge('p'), pg_temp.charge('q');
SELECT results_eq(
    $$ SELECT signal, value, source_id FROM payments.fraud_signals WHERE signal = 'card'
        ORDER BY source_id $$,
    $$ VALUES ('card', 'F1', 'ch_p1'), ('card', 'F1', 'ch_q1') $$,
    'each charge notes its card');
SELECT is_empty($$ SELECT * FROM payments.fraud_checks WHERE phase = 'charge' $$,
                'while nothing speaks against it what was decided stands');
SELECT pg_temp.charge('r');
SELECT results_eq(
    $$ SELECT payment_id, facts, decision, score, reasons FROM payments.fraud_checks
        WHERE phase = 'charge' $$,
    $$ VALUES (the('r'), '{"card": 2, "highest": 1, "declines": 0}'::jsonb, 'review', 60,
               '{card}'::text[]) $$,
    'the third payment with one card is too fast');
SELECT results_eq($$ SELECT payment_id, source, status FROM payments.reviews $$,
                  $$ VALUES (the('r'), 'rules', 'open') $$, 'and a person has to look');
SELECT is_empty(
    $$ SELECT * FROM payments.stripe_operations WHERE kind = 'transfer'
          AND (holds = '{review}') <> (payment_id = the('r')) $$,
    'its transfers wait, and no other''s');
SELECT pg_temp.charge('r');
SELECT is((SELECT count(*) FROM payments.reviews), 1::bigint,
          'the same charge again asks nothing new');
SELECT pg_temp.charge('s', 'highest');
SELECT results_eq(
    $$ SELECT decision, score, reasons FROM payments.fraud_checks WHERE payment_id = the('s')
          AND phase = 'charge' $$,
    $$ VALUES ('review', 100, '{highest,card}'::text[]) $$,
    'Stripe''s highest risk blocks; of a payment that is made that is a review');
SELECT pg_temp.charge('p', p_failed => true, p_id => n::text) FROM generate_series(2, 4) AS n;
SELECT results_eq(
    $$ SELECT signal, count(*) FROM payments.fraud_signals WHERE event = 'decline'
        GROUP BY signal ORDER BY signal $$,
    $$ VALUES ('card', 3::bigint), ('customer', 3) $$,
    'declines are counted for all that is known');
SELECT is((SELECT count(*) FROM payments.fraud_checks WHERE payment_id = the('p')), 1::bigint,
          'and judged with the next request');
SELECT is(
    (SELECT problem FROM ask_payment(tenant_a(), 's', 'n', '\x01',
                                            payment_request('{"customerId": "fan"}'), 20)),
    'payment_blocked', 'which is refused');
SELECT payments.fraud_rules_store(tenant_a(), '[]', 50, 100, 'me');
SELECT remember();
SELECT pg_temp.charge('q', 'highest', false, '9');
SELECT unchanged('without rules nothing is noted');

SELECT * FROM finish();
ROLLBACK;
