BEGIN;
SELECT plan(8);

CREATE ROLE tap_aml_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_aml_op');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_aml_op;
SELECT throws_ok($$ SELECT ops.aml_limit_set(tenant_a(), 'all', 5) $$, 'PY020', NULL,
                 'sums over all currencies need a reporting currency');
SELECT is(ops.aml_settings_set(tenant_a(), NULL, 'eur'), 1, 'once there is one');
SELECT is(ops.aml_limit_set(tenant_a(), 'all', 5), 2, 'they have a limit');
SELECT is(ops.aml_limit_set(tenant_a(), 'usd', 5, 6, 7), 3, 'and a currency has');
SELECT throws_ok($$ SELECT ops.aml_limit_set(tenant_a(), 'usd', 0) $$, 'PY020', NULL,
                 'a limit of nothing is refused');
SELECT throws_ok($$ SELECT ops.aml_limit_set(tenant_a(), 'xxx', 5) $$, 'PY020', NULL,
                 'so is an unknown currency');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.aml_limit_set(tenant_b(), 'usd', 5) $$, 'PY070', NULL,
                 'and another tenant');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT currency, day_limit, month_limit, structuring_limit FROM payments.aml_limits
        WHERE version = 3 ORDER BY currency $$,
    $$ VALUES ('all', 5::bigint, NULL::bigint, NULL::bigint), ('usd', 5, 6, 7) $$,
    'both are in force');

SELECT * FROM finish();
ROLLBACK;
