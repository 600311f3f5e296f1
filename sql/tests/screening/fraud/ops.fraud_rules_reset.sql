BEGIN;
SELECT plan(3);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT suspect(tenant_a());
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT is(ops.fraud_rules_reset(tenant_a()), 3, 'the default rules are a new version of the set');
SELECT is((SELECT count(*) FROM ops.fraud_rules(tenant_a())), 14::bigint, 'and all of it');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.fraud_rules_reset(tenant_b()) $$, 'PY070', NULL,
                 'another tenant is refused');

SELECT * FROM finish();
ROLLBACK;
