BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), refund(pay('k1'), 'r1', 5000);
SELECT reverse(pay('k1'), 'v1', 'balance_insufficient');
SELECT settled_payment(tenant_a(), 'k2',
                       '{"amount": 2000, "splits": [{"recipientType": "venue", "recipientId": '
                       '"v1", "basisPoints": 6000}, {"recipientType": "artist", "recipientId": '
                       '"a1", "basisPoints": 4000}]}'), settled_payment(tenant_a(), 'k3');
SELECT is(
    (SELECT count(*) FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k2')
        AND t.recipient_id = 'v1'), 0::bigint, 'who owes more than a share is not sent it');
SELECT is(
    (SELECT t.amount FROM payments.stripe_transfers AS t WHERE t.id = transfer_of(pay('k3'), 'v1')),
    4200::bigint, 'and is sent less until the debt is paid: 6,000 less 1,800');
SELECT is(
    (SELECT array_agg(t.amount ORDER BY t.amount) FROM payments.stripe_transfers AS t
      WHERE t.recipient_id = 'a1' AND t.payment_id IN (pay('k2'), pay('k3'))), '{800,2500}',
    'others are sent all');
SELECT results_eq(
    $$ SELECT n.amount FROM payments.receivable_nettings AS n ORDER BY n.amount $$,
    'VALUES (1200::bigint), (1800)', 'each netting is remembered');
SELECT results_eq(
    $$ SELECT d.amount, d.amount_netted FROM payments.receivables AS d $$,
    $$ VALUES (3000::bigint, 3000::bigint) $$, 'the debt is paid');
SELECT is(balance(tenant_a(), 'payee_receivable', 'v1'), 0::bigint, 'in the ledger, too');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT is(
    payments.receivable_net(tenant_a(), pay('k3'), 'venue', 'v1', 500, 'usd', gen_random_uuid(),
                            clock()), 0::bigint, 'a debt that is paid');
SELECT is(
    payments.receivable_net(tenant_a(), pay('k3'), 'artist', 'a1', 500, 'usd', gen_random_uuid(),
                            clock()), 0::bigint, 'or none');
SELECT unchanged('keeps nothing back');
SELECT payments.receivable_open(tenant_a(), pay('k1'), 'venue', 'v1', 'refund', gen_random_uuid(),
                                50, 'usd', clock());
SELECT is(
    payments.receivable_net(tenant_a(), pay('k3'), 'venue', 'v1', 500, 'eur', gen_random_uuid(),
                            clock()), 0::bigint, 'a debt in another currency keeps nothing back');
SELECT is(
    payments.receivable_net(tenant_a(), pay('k3'), 'venue', 'v1', 500, 'usd', gen_random_uuid(),
                            clock()), 50::bigint, 'no more is kept back than is owed');
RESET ROLE;
SELECT settled_payment(tenant_a(), 'k4');
SELECT is(
    (SELECT t.amount FROM payments.stripe_transfers AS t WHERE t.id = transfer_of(pay('k4'), 'v1')),
    6000::bigint, 'afterwards all is sent again');
-- Ids are hashes, so of twelve debts some are younger and have a lower one: the first to be kept
-- back must be the oldest all the same.
SET LOCAL ROLE payments_definer;
SELECT payments.receivable_open(tenant_a(), pay('k1'), 'artist', 'a1', 'refund',
           payments.id_derive(tenant_a(), 'cause', n::text), 10, 'usd',
           clock() + n * interval '1 hour') FROM generate_series(1, 12) AS n;
SELECT is(
    payments.receivable_net(tenant_a(), pay('k4'), 'artist', 'a1', 55, 'usd', gen_random_uuid(),
                            clock()), 55::bigint, 'a part of several debts is kept back');
SELECT results_eq(
    $$ SELECT d.amount_netted FROM payments.receivables AS d WHERE d.recipient_id = 'a1'
        ORDER BY d.created_at $$,
    $$ SELECT least(10, greatest(0, 65 - 10 * n))::bigint FROM generate_series(1, 12) AS n $$,
    'the oldest first');
RESET ROLE;
SELECT refund(pay('k3'), 'r3');
SELECT is((SELECT sum(d.amount) FROM payments.receivables AS d WHERE d.payment_id = pay('k3')),
          1800::numeric, 'a refund of the payment that paid the debt makes it a debt again');
SELECT is((SELECT count(*) FROM payments.invariant_receivables_add_up(tenant_a())), 0::bigint,
          'debts and nettings agree');

SELECT * FROM finish();
ROLLBACK;
