BEGIN;
SELECT plan(3);

SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT results_eq(
    $$ SELECT jsonb_array_length(rules), review_score, block_score
         FROM payments.fraud_rules_draft(tenant_a()) $$,
    $$ SELECT jsonb_array_length(payments.fraud_rules_default()), 50, 100 $$,
    'a draft is the newest version');
SELECT payments.fraud_rules_store(tenant_a(), '[]', 30, 40, 'me');
SELECT results_eq(
    $$ SELECT rules, review_score, block_score FROM payments.fraud_rules_draft(tenant_a()) $$,
    $$ VALUES ('[]'::jsonb, 30, 40) $$,
    'a set without rules is a version as well');
SELECT enter(NULL);
SELECT enter('cccccccc-cccc-4ccc-8ccc-cccccccccccc');
SELECT throws_ok($$ SELECT payments.fraud_rules_draft('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$,
                 'PY010', NULL, 'an unknown tenant has none');

SELECT * FROM finish();
ROLLBACK;
