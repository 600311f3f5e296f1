BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('one', call_of(pay('k1'), 'v1')), keep('two', call_of(pay('k1'), 'a1'));
SELECT lease(the('one')), lease(the('two')), lease(the('two'));
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.operations_release(NULL, ARRAY[the('one')], ARRAY[1]::bigint[]) $$,
                 'PY001', NULL, 'a release without a tenant is refused');
SELECT is(api.operations_release(tenant_b(), ARRAY[the('one')], ARRAY[1]::bigint[]), 0,
          'another tenant''s operation is not released');
SELECT throws_ok(
    $$ SELECT api.operations_release(tenant_a(), ARRAY[the('one')], ARRAY[1]::bigint[]) $$, 'PY002',
    NULL, 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT is(api.operations_release(tenant_a(), '{}', '{}'), 0, 'nothing to release is fine');
RESET ROLE;
SELECT unchanged('refused releases change nothing');
SET LOCAL ROLE payments_worker;
SELECT is(api.operations_release(tenant_a(), ARRAY[the('one'), the('two')], ARRAY[1, 1]::bigint[]),
          1, 'a release counts the leases that held');
RESET ROLE;
SELECT results_eq(
    $$ SELECT o.state, o.lease_epoch, o.leased_by, o.failures, o.next_run_at <= clock()
         FROM operation_row(the('one')) AS o $$,
    $$ VALUES ('ready', 1::bigint, NULL::text, 0, true) $$,
    'a released operation is due at once; its epoch stays');
SELECT is((operation_row(the('two'))).state, 'leased',
          'a lease that somebody else has taken since is not released');
SET LOCAL ROLE payments_worker;
SELECT is(
    (SELECT array_agg(operation ->> 'leaseEpoch')
       FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 10)), '{2}',
    'the next claim has a higher epoch');

SELECT * FROM finish();
ROLLBACK;
