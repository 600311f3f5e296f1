BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT keep('p', shady_payment('k1'));
SELECT keep('check', (SELECT id FROM payments.fraud_checks));
SELECT payments.fraud_rules_store(tenant_a(), '[]', 50, 100, 'me');
UPDATE payments.fraud_list_entries SET active = false;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT results_eq($$ SELECT * FROM ops.fraud_replay(tenant_a(), the('check')) $$,
                  $$ VALUES ('review', 50, '{shady}'::text[], true) $$,
                  'long after rules and lists changed the same decision comes out');
SELECT throws_ok($$ SELECT * FROM ops.fraud_replay(tenant_a(), gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown check is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.fraud_replay(tenant_b(), the('check')) $$, 'PY070', NULL,
                 'another tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT unchecked($$ UPDATE payments.fraud_checks SET decision = 'allow' $$);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT is((SELECT same FROM ops.fraud_replay(tenant_a(), the('check'))), false,
          'a decision that was tampered with does not');

SELECT * FROM finish();
ROLLBACK;
