BEGIN;
SELECT plan(5);

CREATE ROLE tap_aml_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_aml_op');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_aml_op;
SELECT lives_ok($$ SELECT ops.exchange_rate_set(tenant_a(), 'usd', 'eur', 0.92, '2026-01-01') $$,
                'a rate is declared');
SELECT throws_ok($$ SELECT ops.exchange_rate_set(tenant_a(), 'usd', 'eur', 0.93, '2026-01-01') $$,
                 'PY030', NULL, 'and not changed afterwards');
SELECT throws_ok($$ SELECT ops.exchange_rate_set(tenant_a(), 'usd', 'eur', 0) $$, 'PY020', NULL,
                 'nothing is no rate');
SELECT throws_ok($$ SELECT ops.exchange_rate_set(tenant_a(), 'usd', 'usd', 1) $$, 'PY020', NULL,
                 'a currency has none to itself');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.exchange_rate_set(tenant_b(), 'usd', 'eur', 0.92) $$, 'PY070', NULL,
                 'another tenant is refused');

SELECT * FROM finish();
ROLLBACK;
