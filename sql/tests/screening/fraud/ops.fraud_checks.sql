BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT keep('p', shady_payment('k1'));
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT results_eq(
    $$ SELECT phase, decision, score, reasons, rules_version, inputs ->> 'customer', facts
         FROM ops.fraud_checks(tenant_a(), the('p')) $$,
    $$ VALUES ('request', 'review', 50, '{shady}'::text[], 2, 'shady',
               '{"shady": 1, "declines": 0}'::jsonb) $$, 'why a payment was decided so');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.fraud_checks(tenant_b(), the('p')) $$, 'PY070', NULL,
                 'another tenant is refused');

SELECT * FROM finish();
ROLLBACK;
