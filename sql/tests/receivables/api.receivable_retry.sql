BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(25);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), 'k1'), keep('r', refund(pay('k1'), 'r1', 5000));
SELECT reverse(pay('k1'), 'v1', 'balance_insufficient'), reverse(pay('k1'));
SELECT keep('d', (SELECT d.id FROM payments.receivables AS d));
CREATE FUNCTION pg_temp.debt()
    RETURNS TABLE (owed bigint, netted bigint, reversing bigint, reversed bigint, retries integer)
    LANGUAGE sql
AS $$ SELECT d.amount, d.amount_netted, d.amount_reversing, d.amount_reversed, d.retries
        FROM payments.receivables AS d WHERE d.id = tap_helpers.the('d') $$;
SELECT enter(NULL), remember();
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.receivable_retry(tenant_a())', 'before its time');
SELECT unchanged('nothing is asked for');
SELECT advance('1 hour');
SELECT results_eq('SELECT * FROM api.receivable_retry(tenant_a())', $$ VALUES (the('d'), 1) $$,
                  'then what is owed is asked for once more');
RESET ROLE;
SELECT results_eq(
    'SELECT * FROM pg_temp.debt()',
    $$ VALUES (3000::bigint, 0::bigint, 3000::bigint, 0::bigint, 1) $$,
    'and set aside meanwhile');
SELECT results_eq(
    $$ SELECT v.status, v.amount, v.cause_type
         FROM payments.transfer_reversals AS v WHERE v.cause_type = 'receivable' $$,
    $$ VALUES ('pending', 3000::bigint, 'receivable') $$, 'by a reversal of the same transfer');
SELECT settled_payment(tenant_a(), 'k2');
SELECT is(
    (SELECT t.amount FROM payments.stripe_transfers AS t WHERE t.id = transfer_of(pay('k2'), 'v1')),
    6000::bigint, 'nothing is kept back of a transfer made meanwhile');
SELECT money_is_right(tenant_a(), 'no cent is counted twice');

-- The account is still empty.
SELECT reverse(pay('k1'), 'v1', 'balance_insufficient');
SELECT results_eq(
    'SELECT * FROM pg_temp.debt()',
    $$ VALUES (3000::bigint, 0::bigint, 0::bigint, 0::bigint, 1) $$,
    'refused again, it is owed as before');
SELECT is((SELECT count(*) FROM payments.receivables), 1::bigint, 'once');
SELECT is(
    (SELECT d.next_retry_at - clock() <= interval '2 hours'
        AND d.next_retry_at > clock() + interval '1 hour' FROM payments.receivables AS d), true,
    'and asked for again, later than the first time');
SELECT settled_payment(tenant_a(), 'k3',
                       '{"amount": 1000, "splits": [{"recipientType": "venue", "recipientId": '
                       '"v1", "basisPoints": 8000}]}');
SELECT results_eq(
    'SELECT * FROM pg_temp.debt()',
    $$ VALUES (3000::bigint, 800::bigint, 0::bigint, 0::bigint, 1) $$,
    'until then it is kept back as ever');
SELECT money_is_right(tenant_a(), 'and the books agree');

-- The account has money.
SELECT advance('2 hours'), enter(NULL);
SELECT is((SELECT r.enqueued FROM api.receivable_retry(tenant_a()) AS r), 1,
          'the next time only what is left is asked for');
SELECT results_eq(
    'SELECT * FROM pg_temp.debt()',
    $$ VALUES (3000::bigint, 800::bigint, 2200::bigint, 0::bigint, 2) $$,
    'no more');
SELECT reverse(pay('k1'), 'v1');
SELECT results_eq(
    'SELECT * FROM pg_temp.debt()',
    $$ VALUES (3000::bigint, 800::bigint, 0::bigint, 2200::bigint, 2) $$,
    'it comes back');
SELECT results_eq(
    $$ SELECT t.amount, t.amount_reversed
         FROM payments.stripe_transfers AS t WHERE t.id = transfer_of(pay('k1'), 'v1') $$,
    $$ VALUES (6000::bigint, 2200::bigint) $$, 'from the transfer');
SELECT is(balance(tenant_a(), 'payee_receivable', 'v1'), 0::bigint, 'and nothing is owed any more');
SELECT is((SELECT d.next_retry_at FROM payments.receivables AS d), NULL, 'nor asked for');
SELECT settled_payment(tenant_a(), 'k4');
SELECT is(
    (SELECT t.amount FROM payments.stripe_transfers AS t WHERE t.id = transfer_of(pay('k4'), 'v1')),
    6000::bigint, 'later transfers are whole');
SELECT money_is_right(tenant_a(), 'no cent is lost');

-- A debt that was kept back in full is not asked for.
SELECT paid_payment(tenant_a(), 'k5'), refund(pay('k5'), 'r5', 1000),
       reverse(pay('k5'), 'v1', 'balance_insufficient'), settled_payment(tenant_a(), 'k6');
SELECT advance('1 hour'), enter(NULL);
SELECT is((SELECT r.enqueued FROM api.receivable_retry(tenant_a()) AS r), 0, 'a debt that is paid');
SELECT is_empty('SELECT * FROM api.receivable_retry(tenant_a())', 'is not looked at again');
SELECT enter(NULL);
SELECT is_empty('SELECT * FROM api.receivable_retry(tenant_b())', 'another tenant has none');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.receivable_retry(tenant_a())', '42501', NULL,
                 'the API does not ask');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'still right');

SELECT * FROM finish();
ROLLBACK;
