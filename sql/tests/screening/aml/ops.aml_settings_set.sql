BEGIN;
SELECT plan(4);

CREATE ROLE tap_aml_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_aml_op');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_aml_op;
SELECT is(ops.aml_settings_set(tenant_a(), 85, 'eur'), 1,
          'an operator sets how names are screened');
SELECT throws_ok($$ SELECT ops.aml_settings_set(tenant_a(), 40) $$, 'PY020', NULL,
                 'a score that finds everybody is refused');
SELECT throws_ok($$ SELECT ops.aml_settings_set(tenant_a(), 85, 'xxx') $$, 'PY020', NULL,
                 'so is an unknown currency');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.aml_settings_set(tenant_b(), 85) $$, 'PY070', NULL,
                 'and another tenant');

SELECT * FROM finish();
ROLLBACK;
