BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
CREATE ROLE tap_aml_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_aml_op');
SELECT enter(NULL);
SELECT keep('list', sanctions_list());
SELECT ops.sanctions_activate(the('list'));

SELECT keep('v1', account_of(tenant_a(), 'v1'));
SELECT enter(tenant_a());
SELECT payments.account_screen(tenant_a(), the('v1'), 'John Paul Smith', NULL, clock());
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_aml_op;
SELECT results_eq(
    $$ SELECT kind, decision, score, reasons, findings #>> '{0,name}'
         FROM ops.aml_screenings(tenant_a(), the('v1')) $$,
    $$ VALUES ('name', 'review', 100, '{sanction}'::text[], 'SMITH, John Paul') $$,
    'how a payee was screened');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.aml_screenings(tenant_b(), the('v1')) $$, 'PY070', NULL,
                 'another tenant is refused');

SELECT * FROM finish();
ROLLBACK;
