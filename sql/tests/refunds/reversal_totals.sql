BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), keep('r1', refund(pay('k1'), 'r1', 5000));
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.sums() RETURNS TABLE (status text, reversed bigint, pending bigint)
    LANGUAGE sql
AS $$ SELECT t.status, t.amount_reversed, t.amount_reversal_pending
        FROM payments.stripe_transfers AS t
       WHERE t.id = tap_helpers.transfer_of(tap_helpers.pay('k1'), 'v1') $$;
SELECT results_eq(
    'SELECT * FROM pg_temp.sums()', $$ VALUES ('paid', 0::bigint, 3000::bigint) $$,
    'a reversal asked for is on its way');
UPDATE payments.transfer_reversals SET status = 'failed', shortfall = amount
 WHERE id = reversal_of(the('r1'), 'v1');
SELECT results_eq(
    'SELECT * FROM pg_temp.sums()', $$ VALUES ('paid', 0::bigint, 0::bigint) $$,
    'one that failed is not');
UPDATE payments.transfer_reversals SET status = 'succeeded', shortfall = 0,
       stripe_reversal_id = 'trr_1' WHERE id = reversal_of(the('r1'), 'v1');
SELECT results_eq(
    'SELECT * FROM pg_temp.sums()', $$ VALUES ('partially_reversed', 3000::bigint, 0::bigint) $$,
    'one that succeeded is done');
SELECT remember();
SELECT throws_ok(
    $$ INSERT INTO payments.transfer_reversals (tenant_id, id, transfer_id, payment_id, cause_type,
                                                cause_id, amount, currency, status, created_at,
                                                updated_at)
    SELECT tenant_id, gen_random_uuid(), transfer_id, payment_id, 'dispute', gen_random_uuid(),
           3001, currency, 'waiting', now(), now() FROM payments.transfer_reversals
        WHERE id = reversal_of(the('r1'), 'v1') $$,
    '23514', NULL, 'nobody who writes the table directly takes back more than was paid');
SELECT throws_ok(
    $$ UPDATE payments.transfer_reversals SET status = 'pending'
        WHERE id = reversal_of(the('r1'), 'v1') $$, 'PY030', NULL, 'or turns a reversal back');
SELECT unchanged('neither left anything');

SELECT * FROM finish();
ROLLBACK;
