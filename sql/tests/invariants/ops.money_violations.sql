BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
CREATE ROLE tap_violations_ana LOGIN IN ROLE payments_analyst;
CREATE ROLE tap_violations_bob LOGIN IN ROLE payments_operator;
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT set_config('tap.a', settled_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.b', settled_payment(tenant_b(), 'k')::text, true);
SELECT enter(tenant_a());
SELECT ops.tenant_member_add(tenant_a(), 'tap_violations_ana');
SELECT enter(NULL);

SELECT is_empty('SELECT * FROM ops.money_violations()',
                'two tenants whose money is right have no breach');
SELECT is(current_setting('app.current_tenant_id'), '', 'the report leaves no tenant entered');
SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount + 1 WHERE recipient_type = 'platform'
$$);
SELECT remember();
SELECT set_eq('SELECT * FROM ops.money_violations()',
    $$ VALUES ('M03', tenant_a(), 'payment', current_setting('tap.a'),
               'splits sum to 10001, captured 10000'),
              ('M04', tenant_a(), 'payment', current_setting('tap.a'),
               'transfers 8500, captured 10000, platform 1501'),
              ('M03', tenant_b(), 'payment', current_setting('tap.b'),
               'splits sum to 10001, captured 10000'),
              ('M04', tenant_b(), 'payment', current_setting('tap.b'),
               'transfers 8500, captured 10000, platform 1501') $$,
    'the owner sees the breaches of every tenant');
SELECT set_eq('SELECT DISTINCT tenant_id FROM ops.money_violations(tenant_b())',
              'VALUES (tenant_b())', 'one tenant can be asked about alone');
SELECT is_empty($$ SELECT * FROM ops.money_violations('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$,
                'a tenant that is not registered has no breach');

SET LOCAL SESSION AUTHORIZATION tap_violations_ana;
SELECT set_eq('SELECT DISTINCT tenant_id FROM ops.money_violations()', 'VALUES (tenant_a())',
              'a member sees the breaches of their own tenants');
SELECT is((SELECT count(*) FROM ops.money_violations()), 2::bigint, 'all of them');
SELECT is_empty('SELECT * FROM ops.money_violations(tenant_b())',
                'asking about another tenant shows nothing');
SELECT is(current_setting('app.current_tenant_id'), '',
          'the member''s report leaves no tenant entered either');
SELECT set_config('app.current_tenant_id', tenant_b()::text, true);
SELECT set_eq('SELECT DISTINCT tenant_id FROM ops.money_violations()', 'VALUES (tenant_a())',
              'setting the tenant by hand shows no more');
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_violations_bob;
SELECT is_empty('SELECT * FROM ops.money_violations()',
                'somebody who is a member of no tenant sees nothing');
RESET SESSION AUTHORIZATION;
SELECT unchanged('no report changed a row');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM ops.money_violations()', '42501', NULL,
                 'the API does not see the report');
SET LOCAL ROLE payments_worker;
SELECT throws_ok('SELECT * FROM ops.money_violations()', '42501', NULL,
                 'the worker does not either');
RESET ROLE;
UPDATE payments.tenants SET status = 'disabled';
SELECT isnt_empty('SELECT * FROM ops.money_violations()',
                  'a disabled tenant''s money is still watched');
DELETE FROM payments.tenant_members;
SET LOCAL SESSION AUTHORIZATION tap_violations_ana;
SELECT is_empty('SELECT * FROM ops.money_violations()',
                'a person whose membership ended sees nothing');

SELECT * FROM finish();
ROLLBACK;
