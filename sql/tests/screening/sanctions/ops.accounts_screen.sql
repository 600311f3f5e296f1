BEGIN;
SELECT plan(3);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
CREATE ROLE tap_aml_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_aml_op');
SELECT enter(NULL);

SELECT enter(tenant_a());
UPDATE payments.connected_accounts
   SET business_name = CASE recipient_id WHEN 'v1' THEN 'John Paul Smith' ELSE 'Mary Miller' END;
SELECT keep('list', sanctions_list());
SELECT ops.sanctions_activate(the('list'));

SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_aml_op;
SELECT results_eq('SELECT * FROM ops.accounts_screen(tenant_a())',
                  $$ VALUES ('clear', 1::bigint), ('review', 1) $$, 'all payees are screened');
SELECT results_eq('SELECT * FROM ops.accounts_screen(tenant_a())',
                  $$ VALUES ('clear', 2::bigint) $$,
                  'and what somebody looks at is not asked again');
SELECT enter(NULL);
SELECT throws_ok('SELECT * FROM ops.accounts_screen(tenant_b())', 'PY070', NULL,
                 'another tenant is refused');

SELECT * FROM finish();
ROLLBACK;
