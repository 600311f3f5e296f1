BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(20);
CREATE ROLE tap_tenant_register LOGIN IN ROLE payments_operator;
GRANT EXECUTE ON FUNCTION ops.tenant_register(uuid, text, text, text) TO tap_tenant_register;
CREATE FUNCTION tap_helpers.tenant_c() RETURNS uuid LANGUAGE sql IMMUTABLE
    AS $$ SELECT 'cccccccc-cccc-4ccc-8ccc-cccccccccccc'::uuid $$;

SELECT is(ops.tenant_register(tenant_c(), 'Tenant C'), tenant_c(),
          'the owner registers a tenant and gets its id');
SELECT results_eq(
    'SELECT name, status, onboarding_return_url, onboarding_refresh_url FROM payments.tenants '
    'WHERE tenant_id = tenant_c()',
    $$ VALUES ('Tenant C', 'active', 'https://example.com/onboarding/return',
               'https://example.com/onboarding/refresh') $$,
    'a new tenant is active, with the default addresses for onboarding');
SELECT ok((SELECT created_at = updated_at FROM payments.tenants WHERE tenant_id = tenant_c()),
          'it was created and last changed now');
SELECT is(
    ops.tenant_register(tenant_c(), 'Tenant See', 'https://c.example/back',
                        'https://c.example/again'), tenant_c(),
    'the same tenant again is renamed');
SELECT results_eq(
    'SELECT name, onboarding_return_url, onboarding_refresh_url FROM payments.tenants WHERE '
    'tenant_id = tenant_c()',
    $$ VALUES ('Tenant See', 'https://c.example/back', 'https://c.example/again') $$,
    'it has the new name and addresses');
SELECT ops.tenant_disable(tenant_c());
SELECT ops.tenant_register(tenant_c(), 'Tenant Sea');
SELECT results_eq(
    'SELECT name, status, onboarding_return_url, onboarding_refresh_url FROM payments.tenants '
    'WHERE tenant_id = tenant_c()',
    $$ VALUES ('Tenant Sea', 'disabled', 'https://c.example/back', 'https://c.example/again') $$,
    'addresses that are not given stay, and renaming does not enable');
SELECT results_eq(
    'SELECT tenant_id, name FROM payments.tenants WHERE tenant_id <> tenant_c() ORDER BY tenant_id',
    $$ VALUES (tenant_a(), 'Tenant A'), (tenant_b(), 'Tenant B') $$,
    'other tenants keep their names');
SELECT is(ops.tenant_register(tenant_c(), repeat('x', 200)), tenant_c(),
          'a name may have 200 characters');

SELECT remember();
SELECT throws_ok($$ SELECT ops.tenant_register(tenant_c(), repeat('x', 201)) $$, 'PY020', NULL,
                 'a longer name is refused');
SELECT throws_ok($$ SELECT ops.tenant_register(tenant_c(), '') $$, 'PY020', NULL,
                 'an empty name is refused');
SELECT throws_ok('SELECT ops.tenant_register(tenant_c(), NULL)', 'PY020', NULL,
                 'no name is refused');
SELECT unchanged('the refused names changed nothing');
SELECT throws_ok($$ SELECT ops.tenant_register(tenant_a(), 'Other') $$, 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.tenant_register(NULL, 'Nobody') $$, 'PY001', NULL,
                 'no tenant is refused');
SELECT throws_ok($$ SELECT ops.tenant_register('00000000-0000-0000-0000-000000000000', 'Nil') $$,
                 'PY001', NULL, 'the nil tenant is refused');
SELECT unchanged('the refused tenants changed nothing');
SET LOCAL SESSION AUTHORIZATION tap_tenant_register;
SELECT throws_ok($$ SELECT ops.tenant_register(tenant_a(), 'Mine') $$, 'PY070', NULL,
    'somebody who is not the owner is refused, even with a grant');
RESET SESSION AUTHORIZATION;
SELECT unchanged('the refused stranger changed nothing');
SET LOCAL ROLE payments_operator;
SELECT throws_ok($$ SELECT ops.tenant_register(tenant_a(), 'Mine') $$, '42501', NULL,
                 'an operator has no grant');
RESET ROLE;
SELECT unchanged('the operator without a grant changed nothing');

SELECT * FROM finish();
ROLLBACK;
