BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2'),
       paid_payment(tenant_a(), 'k3'), settled_payment(tenant_a(), 'k4', resale());
CREATE FUNCTION pg_temp.recover(p_key text, p_recipient text, p_amount bigint) RETURNS integer
    LANGUAGE sql
AS $$ SELECT payments.clawback_from_transfers(tap_helpers.tenant_a(), tap_helpers.pay(p_key),
                                              CASE p_recipient WHEN 's1' THEN 'seller'
                                              ELSE 'venue' END, gen_random_uuid(), 'venue',
                                              p_recipient, p_amount, 'usd', tap_helpers.clock()) $$;
CREATE OR REPLACE FUNCTION pg_temp.recover(p_key text, p_recipient text, p_amount bigint)
    RETURNS integer LANGUAGE sql
AS $$ SELECT payments.clawback_from_transfers(tap_helpers.tenant_a(), tap_helpers.pay(p_key),
                                              'refund', gen_random_uuid(), CASE p_recipient
                                              WHEN 's1' THEN 'seller'
                                              ELSE 'venue' END, p_recipient, p_amount, 'usd',
                                              tap_helpers.clock()) $$;
SELECT send(call_of(pay('k2'), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.recover('k1', 'v1', 600), 1, 'from a payee whose transfer has not gone out');
SELECT is(
    (SELECT (t.amount, t.status)::text FROM payments.stripe_transfers AS t
      WHERE t.payment_id = pay('k1') AND t.recipient_id = 'v1' AND t.status <> 'canceled'),
    '(5400,pending)', 'less is sent');
SELECT is_empty($$ SELECT 1 FROM payments.transfer_reversals WHERE payment_id = pay('k1') $$,
                'and nothing asked back');
SELECT is(pg_temp.recover('k2', 'v1', 600), 0, 'from one whose transfer is on its way');
SELECT is(
    (SELECT (v.amount, v.status)::text FROM payments.transfer_reversals AS v
      WHERE v.payment_id = pay('k2')), '(600,waiting)', 'it is asked back once it has arrived');
SELECT is(pg_temp.recover('k3', 'v1', 600), 1, 'from one who has it');
SELECT is(
    (SELECT (v.amount, v.status)::text FROM payments.transfer_reversals AS v
      WHERE v.payment_id = pay('k3')), '(600,pending)', 'it is asked back now');
SELECT is((SELECT count(*) FROM payments.receivables), 0::bigint, 'nobody owes anything');
SELECT is(pg_temp.recover('k3', 'v1', 6000), 1, 'more than a transfer has left');
SELECT is((SELECT d.amount FROM payments.receivables AS d WHERE d.payment_id = pay('k3')),
          600::bigint, 'is owed');
RESET ROLE;
-- Two releases, one paid and one not, and a recovery larger than the one that is not.
SELECT api.escrow_release(tenant_a(), 'svc', 'x1', '\x01', escrow_of(pay('k4')),
                          '{"reason": "r", "amount": 1000}', 20);
SELECT paid_transfer(pay('k4'), 's1');
SELECT api.escrow_release(tenant_a(), 'svc', 'x2', '\x01', escrow_of(pay('k4')),
                          '{"reason": "r", "amount": 300}', 20);
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.recover('k4', 's1', 400), 1, 'of several transfers');
SELECT is(
    (SELECT array_agg((t.amount, t.status, t.amount_reversal_pending)::text ORDER BY t.amount)
       FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k4')
        AND t.recipient_id = 's1'),
    '{"(300,canceled,0)","(1000,paid,100)"}',
    'the unsent one is stopped first, the rest comes back from the paid one');

SELECT * FROM finish();
ROLLBACK;
