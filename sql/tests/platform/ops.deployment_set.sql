BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(17);
UPDATE payments.deployment SET environment = 'test', clock_offset = '0';
CREATE ROLE tap_deployment_set LOGIN IN ROLE payments_operator;
GRANT EXECUTE ON FUNCTION ops.deployment_set(text) TO tap_deployment_set;

SELECT is(ops.deployment_set('development'), 'development',
          'the owner declares a test database a development database');
SELECT is((SELECT environment FROM payments.deployment), 'development', 'the declaration is kept');
SELECT is(ops.deployment_set('development'), 'development',
          'the same declaration again is no error');

SELECT remember();
SELECT throws_ok($$ SELECT ops.deployment_set('staging') $$, 'PY020', NULL,
                 'an unknown environment is refused');
SELECT unchanged('the refused unknown environment changed nothing');
SELECT throws_ok('SELECT ops.deployment_set(NULL)', 'PY020', NULL, 'no environment is refused');
SELECT unchanged('the refused missing environment changed nothing');

SELECT is(ops.deployment_set('production'), 'production',
          'a development database with tenants may become production');
SELECT remember();
SELECT throws_ok($$ SELECT ops.deployment_set('development') $$, 'PY061', NULL,
    'a production database with tenants stays a production database');
SELECT unchanged('the refused way back changed nothing');
SELECT throws_ok($$ SELECT ops.deployment_set('test') $$, 'PY061', NULL,
    'a production database with tenants does not become a test database either');
SELECT lives_ok($$ SELECT ops.deployment_set('production') $$, 'production may be declared again');

SET LOCAL SESSION AUTHORIZATION tap_deployment_set;
SELECT throws_ok($$ SELECT ops.deployment_set('production') $$, 'PY070', NULL,
    'somebody who is not the owner is refused, even with a grant');
RESET SESSION AUTHORIZATION;
SELECT unchanged('the refused stranger changed nothing');
SET LOCAL ROLE payments_operator;
SELECT throws_ok($$ SELECT ops.deployment_set('production') $$, '42501', NULL,
                 'an operator has no grant');
RESET ROLE;

DELETE FROM payments.fraud_rules;
DELETE FROM payments.fraud_rulesets;
DELETE FROM payments.tenants;
SELECT is(ops.deployment_set('test'), 'test',
          'a production database without tenants may still be declared otherwise');
SELECT is((SELECT environment FROM payments.deployment), 'test', 'that declaration is kept');

SELECT * FROM finish();
ROLLBACK;
