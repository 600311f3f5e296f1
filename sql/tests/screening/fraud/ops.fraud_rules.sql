BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT suspect(tenant_a());
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT results_eq($$ SELECT version, name, weight, review_score FROM ops.fraud_rules(tenant_a()) $$,
                  $$ VALUES (2, 'shady', 50, 50), (2, 'highest', 100, 50), (2, 'card', 60, 50),
                            (2, 'declines', 100, 50) $$, 'the rules in force are shown');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.fraud_rules(tenant_b()) $$, 'PY070', NULL,
                 'another tenant''s are not');

SELECT * FROM finish();
ROLLBACK;
