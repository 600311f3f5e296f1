BEGIN;
SELECT plan(2);

SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT set_eq(
    $$ SELECT m.rule, m.measured
         FROM payments.fraud_measure(
                  tenant_a(), payments.fraud_rules_default(), ARRAY[tenant_b()], ARRAY['{
                      "amount": 1, "currency": "usd", "card": "f1", "livemode": true,
                      "customer": "c1", "risk_level": "elevated"}'::jsonb], clock()) AS m $$,
    $$ VALUES ('velocity_card', 0::bigint), ('velocity_customer', 0), ('declines_customer', 0),
              ('stripe_elevated', 2), ('stripe_highest', 2) $$,
    'each rule that has something to say says it, Stripe''s risk as a number');
SELECT is_empty($$
    SELECT * FROM payments.fraud_measure(
        tenant_a(), payments.fraud_rules_default(), ARRAY[tenant_b()],
        ARRAY['{"risk_level": "not_assessed"}'::jsonb], clock())
$$, 'what Stripe did not assess says nothing');

SELECT * FROM finish();
ROLLBACK;
