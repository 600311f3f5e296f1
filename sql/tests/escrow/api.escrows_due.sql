BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'seller', 's1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k3',
                       resale(jsonb_build_object('holdUntil', clock() + interval '1 hour',
                                                 'conditions', '["scanned"]'::jsonb)));
SELECT settled_payment(tenant_b(), 'k4',
                       resale(jsonb_build_object('holdUntil', clock() + interval '1 hour')));
SELECT set_config('tap.e3', escrow_of(pay('k3'))::text, true),
       set_config('tap.e4', escrow_of(payment_of(tenant_b(), 'k4'))::text, true), enter(NULL);
SELECT * FROM api.escrow_cancel(tenant_b(), 'svc', 'off', '\x01', current_setting('tap.e4')::uuid,
                                '{"reason": "r"}', 20);
SELECT settled_payment(t, 'k1',
                       resale(jsonb_build_object('holdUntil', clock() + interval '1 day'))),
                           settled_payment(t, 'k2', resale())
                               FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.escrows_due(10)',
                'before its time no hold is due, and one without a time never is');
SELECT advance('2 hours');
SELECT is_empty('SELECT * FROM api.escrows_due(10)',
                'a hold whose condition is not met is not due, nor one that was called off');
SELECT enter(NULL);
RESET ROLE;
SELECT * FROM api.escrow_condition_confirm(tenant_a(), 'svc', 'c', '\x01',
                                           current_setting('tap.e3')::uuid, 'scanned',
                                           '{"evidence": "gate 4"}', 20);
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT * FROM api.escrows_due(10)', 'VALUES (tenant_a())',
              'once its condition is met it is due');
SELECT is(api.escrows_release_due(tenant_a(), 10), 1, 'and is released');
SELECT enter(NULL);
SELECT advance('23 hours');
SELECT set_eq('SELECT * FROM api.escrows_due(10)', 'VALUES (tenant_a()), (tenant_b())',
              'each tenant with a hold whose time has come is named');
SELECT is((SELECT count(*) FROM api.escrows_due(1)), 1::bigint, 'no more than asked for');
SELECT api.escrows_release_due(tenant_a(), 10);
SELECT set_eq('SELECT * FROM api.escrows_due(10)', 'VALUES (tenant_b())',
              'once released it is not due any more');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.escrows_due(10)', '42501', NULL,
                 'the API may not look across tenants');

SELECT * FROM finish();
ROLLBACK;
