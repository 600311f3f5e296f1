BEGIN;
SELECT plan(7);

SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.fraud_rules_store(tenant_a(), '[{
        "name": "a", "kind": "blocklist", "enabled": true, "weight": 7, "threshold": 1,
        "parameters": {}}]', 10, 20, 'me'), 2,
    'a set of rules is the next version');
SELECT results_eq(
    $$ SELECT s.review_score, s.block_score, s.created_by, r.name, r.weight
         FROM payments.fraud_rulesets AS s JOIN payments.fraud_rules AS r ON r.version = s.version
        WHERE s.version = 2 $$,
    $$ VALUES (10, 20, 'me', 'a', 7) $$, 'with its scores and rules');
SELECT isnt((SELECT count(*) FROM payments.fraud_rules WHERE version = 1), 0::bigint,
            'the version before is kept');
SELECT remember();
SELECT throws_ok($$ SELECT payments.fraud_rules_store(tenant_a(), '[]', 60, 50, 'me') $$, 'PY020',
                 NULL, 'blocking cannot start before reviewing');
SELECT throws_ok($$ SELECT payments.fraud_rules_store(tenant_a(), '[]', 60, 101, 'me') $$, 'PY020',
                 NULL, 'no score is above 100');
SELECT throws_ok($$ SELECT payments.fraud_rules_store(tenant_a(), '[{}]', 50, 60, 'me') $$, 'PY020',
                 NULL, 'a rule that says nothing is refused');
SELECT unchanged('no refused set left anything');

SELECT * FROM finish();
ROLLBACK;
