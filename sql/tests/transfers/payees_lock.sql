BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT lives_ok(
    $$ SELECT payments.payees_lock(tenant_a(),
                                   ARRAY[account_of(tenant_a(), 'v1'),
                                         account_of(tenant_a(), 'a1')]) $$,
    'payees are locked; tests/concurrency has what waits for whom');
SELECT lives_ok($$ SELECT payments.payees_lock(tenant_a(), '{}') $$, 'nobody is locked');
SELECT unchanged('locking changes no row');

SELECT * FROM finish();
ROLLBACK;
