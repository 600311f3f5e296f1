BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT is(ops.fraud_scores_set(tenant_a(), 60, 90), 2, 'other scores are a new version of the set');
SELECT results_eq($$ SELECT DISTINCT review_score, block_score FROM ops.fraud_rules(tenant_a()) $$,
                  $$ VALUES (60, 90) $$, 'with the same rules');
SELECT throws_ok($$ SELECT ops.fraud_scores_set(tenant_a(), 90, 60) $$, 'PY020', NULL,
                 'blocking cannot start before reviewing');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.fraud_scores_set(tenant_b(), 60, 90) $$, 'PY070', NULL,
                 'another tenant is refused');

SELECT * FROM finish();
ROLLBACK;
