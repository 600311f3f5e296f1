BEGIN;
SELECT plan(8);

SET LOCAL ROLE payments_worker;
SELECT is_empty($$ SELECT * FROM api.operations_due(10) $$, 'no tenant is due in an idle database');
RESET ROLE;
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1', false)
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT advance('1 second');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT tenant_id FROM api.operations_due(10) $$, ARRAY[tenant_b(), tenant_a()],
                  'a tenant with due work is named once, the one waiting longest first');
SELECT results_eq($$ SELECT tenant_id FROM api.operations_due(1) $$, ARRAY[tenant_b()],
                  'no more tenants are named than asked for');
SELECT is((SELECT count(*) FROM api.operations_due(10) WHERE due_at > clock()), 0::bigint,
          'what is named is due now');
SELECT is(current_setting('app.current_tenant_id', true), '',
          'the look over all tenants enters none');
SELECT throws_ok($$ SELECT * FROM payments.stripe_operations $$, '42501', NULL,
                 'the worker itself sees no operation of any tenant');
RESET ROLE;
SELECT lease(
    o.id) FROM payments.stripe_operations AS o WHERE o.tenant_id = tenant_b() AND o.state = 'ready'
        AND o.holds = '{}';
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT tenant_id FROM api.operations_due(10) $$, ARRAY[tenant_a()],
                  'a tenant whose work is leased, or held, is not due');
RESET ROLE;
SELECT advance('21 seconds');
SET LOCAL ROLE payments_worker;
SELECT set_eq($$ SELECT tenant_id FROM api.operations_due(10) $$, ARRAY[tenant_a(), tenant_b()],
              'a lease that ran out is due again');

SELECT * FROM finish();
ROLLBACK;
