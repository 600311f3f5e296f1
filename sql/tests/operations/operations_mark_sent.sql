BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT keep('other', call_of(pay('k1'), 'a1'));
SELECT lease(the('call')), lease(the('other'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT is_empty(
    $$ SELECT * FROM payments.operations_mark_sent(tenant_a(), ARRAY[the('call')],
                                                   ARRAY[0]::bigint[], 10) $$,
    'a stale lease is not fenced');
SELECT unchanged('a stale fence changes nothing');
SELECT set_eq(
    $$ SELECT * FROM payments.operations_mark_sent(tenant_a(), ARRAY[the('call'), the('other')],
                                                   ARRAY[1, 9]::bigint[], 10) $$,
    ARRAY[the('call')], 'of a batch just the leases that hold are fenced');
SELECT results_eq(
    $$ SELECT o.first_sent_at = o.last_sent_at, o.first_sent_epoch, o.state, o.lease_epoch
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES (true, 1::bigint, 'leased', 1::bigint) $$,
    'a first fence records when and under which lease it was sent');
SELECT is((operation_row(the('call'))).next_run_at BETWEEN clock() + '9 seconds'::interval
          AND clock() + '10 seconds', true, 'a fence renews the lease');
SELECT keep('sent', (operation_row(the('call'))).first_sent_at);
SELECT payments.operation_release_lease(tenant_a(), the('call'), 1, '0');
SELECT lease(the('call'));
SELECT * FROM payments.operations_mark_sent(tenant_a(), ARRAY[the('call')], ARRAY[2]::bigint[], 10);
SELECT results_eq(
    $$ SELECT o.first_sent_at = kept('sent')::timestamptz, o.last_sent_at > o.first_sent_at,
              o.first_sent_epoch
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES (true, true, 1::bigint) $$, 'a second fence moves only the last time');
SELECT advance('11 seconds');
SELECT is_empty(
    $$ SELECT * FROM payments.operations_mark_sent(tenant_a(), ARRAY[the('call')],
                                                   ARRAY[2]::bigint[], 10) $$,
    'a lease that has run out is not fenced, though nobody took it');
RESET ROLE;
UPDATE payments.stripe_operations SET lock_key = (operation_row(the('call'))).lock_key
 WHERE id = the('other');
SET LOCAL ROLE payments_definer;
SELECT lease(the('other'));
SELECT remember();
SELECT throws_ok(
    $$ SELECT * FROM payments.operations_mark_sent(tenant_a(), ARRAY[the('other')],
                                                   ARRAY[2]::bigint[], 10) $$, '23505', NULL,
    'a second unresolved call on one object is refused by its index');
SELECT unchanged('the refused fence changes nothing');

SELECT * FROM finish();
ROLLBACK;
