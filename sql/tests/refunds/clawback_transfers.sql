BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2'),
       paid_payment(tenant_a(), 'k3'), settled_payment(tenant_a(), 'k4', resale());
SELECT send(call_of(pay('k2'), 'v1'));
-- Three releases: one paid, then two that are not.
SELECT api.escrow_release(tenant_a(), 'svc', 'x1', '\x01', escrow_of(pay('k4')),
                          '{"reason": "r", "amount": 1000}', 20);
SELECT paid_transfer(pay('k4'), 's1');
SELECT advance('1 minute'),
       api.escrow_release(tenant_a(), 'svc', 'x2', '\x01', escrow_of(pay('k4')),
                          '{"reason": "r", "amount": 300}', 20);
SELECT advance('1 minute'),
       api.escrow_release(tenant_a(), 'svc', 'x3', '\x01', escrow_of(pay('k4')),
                          '{"reason": "r", "amount": 200}', 20);
CREATE FUNCTION pg_temp.taken(p_key text, p_recipient text, p_amount bigint)
    RETURNS TABLE (of bigint, amount bigint, unsent boolean) LANGUAGE sql
AS $$ SELECT t.amount, c.amount, c.unsent
        FROM payments.clawback_transfers(
                 tap_helpers.tenant_a(), tap_helpers.pay(p_key),
                 CASE p_recipient WHEN 's1' THEN 'seller' ELSE 'venue' END, p_recipient,
                 p_amount) AS c
        JOIN payments.stripe_transfers AS t ON t.id = c.transfer_id $$;
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT results_eq($$ SELECT * FROM pg_temp.taken('k1', 'v1', 600) $$,
                  $$ VALUES (6000::bigint, 600::bigint, true) $$,
                  'a transfer that has not gone out is made smaller');
SELECT results_eq($$ SELECT * FROM pg_temp.taken('k2', 'v1', 600) $$,
                  $$ VALUES (6000::bigint, 600::bigint, false) $$,
                  'one on its way is reversed');
SELECT results_eq($$ SELECT * FROM pg_temp.taken('k3', 'v1', 600) $$,
                  $$ VALUES (6000::bigint, 600::bigint, false) $$, 'as is one that has arrived');
SELECT results_eq($$ SELECT * FROM pg_temp.taken('k3', 'v1', 6001) $$,
                  $$ VALUES (6000::bigint, 6000::bigint, false) $$,
                  'no more is taken than a transfer has left');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.taken('k4', 's1', 600) $$,
    $$ VALUES (200::bigint, 200::bigint, true), (300, 300, true), (1000, 100, false) $$,
    'of several the unsent ones come first, the newest before the others, and the last one gives '
    'what is still missing');
SELECT is_empty($$ SELECT * FROM pg_temp.taken('k1', 'v1', 0) $$, 'of nothing nothing is taken');
SELECT is_empty($$ SELECT * FROM pg_temp.taken('k1', 's1', 600) $$,
                'of a payee without a transfer neither');
RESET ROLE;
SELECT unchanged('looking changes nothing');
SELECT refund(pay('k3'), 'r1', 5000);
SET LOCAL ROLE payments_definer;
SELECT results_eq($$ SELECT * FROM pg_temp.taken('k3', 'v1', 6000) $$,
                  $$ VALUES (6000::bigint, 3000::bigint, false) $$,
                  'what is being reversed is not taken again');

SELECT * FROM finish();
ROLLBACK;
