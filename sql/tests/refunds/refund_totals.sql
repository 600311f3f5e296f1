BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(19);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('r1', refund(pay('k1'), 'r1', 4000));
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.put(p_amount bigint, p_status text DEFAULT 'pending') RETURNS void
    LANGUAGE sql
AS $$ INSERT INTO payments.payment_refunds (tenant_id, id, payment_id, amount, currency, status,
                                            reason, metadata, origin, created_by, created_at,
                                            updated_at,
          stripe_refund_id, accepted_at)
      SELECT tap_helpers.tenant_a(), gen_random_uuid(), tap_helpers.pay('k1'), p_amount, 'usd',
             p_status, 'other', '{}', 'dashboard', 'x', now(), now(),
             CASE p_status WHEN 'succeeded' THEN 're_x' END, CASE p_status WHEN 'succeeded'
             THEN now() END $$;
SELECT remember();
SELECT throws_ok('SELECT pg_temp.put(6001)', '23514', NULL,
                 'nobody who writes the table directly can reserve more than remains');
SELECT throws_ok($$ SELECT pg_temp.put(6001, 'succeeded') $$, '23514', NULL,
                 'nor record it as done');
SELECT unchanged('neither left anything');
RESET ROLE;
SELECT throws_ok('SELECT pg_temp.put(6001)', '23514', NULL, 'not even a superuser can');
SELECT throws_ok($$ UPDATE payments.payment_refunds SET amount = 10001 WHERE id = the('r1') $$,
                 '23514', NULL, 'or make a refund larger afterwards');
SET LOCAL ROLE payments_definer;
SELECT pg_temp.put(6000);
SELECT results_eq(
    $$ SELECT p.amount_refund_pending, p.amount_refunded
         FROM payments.payment_transactions AS p WHERE p.id = pay('k1') $$,
    $$ VALUES (6000::bigint, 4000::bigint) $$,
    'the sums are of the refunds, whoever writes them');
UPDATE payments.payment_refunds SET status = 'failed' WHERE status = 'pending';
SELECT results_eq(
    $$ SELECT p.amount_refund_pending, p.amount_refunded
         FROM payments.payment_transactions AS p WHERE p.id = pay('k1') $$,
    $$ VALUES (0::bigint, 4000::bigint) $$, 'a failed one gives its room back');
SELECT remember();
SELECT throws_ok(
    $$ UPDATE payments.payment_refunds SET status = 'pending' WHERE status = 'failed' $$, 'PY030',
    NULL, 'and does not come back to life');
SELECT throws_ok($$ UPDATE payments.payment_refunds SET status = 'pending' WHERE id = the('r1') $$,
                 'PY030', NULL, 'a refund that succeeded is not pending again');
SELECT throws_ok($$ DELETE FROM payments.payment_refunds $$, '42501', NULL,
                 'our functions delete no refund');
SELECT unchanged('no refused change left anything');
UPDATE payments.payment_refunds SET status = 'failed' WHERE id = the('r1');
SELECT results_eq(
    $$ SELECT p.amount_refund_pending, p.amount_refunded
         FROM payments.payment_transactions AS p WHERE p.id = pay('k1') $$,
    $$ VALUES (0::bigint, 0::bigint) $$,
    'one that fails after it succeeded re-opens the payment');

-- Whatever somebody writes into the sums, the next refund is measured against the refunds.
RESET ROLE;
SELECT settled_payment(tenant_a(), 'k2'), settled_payment(tenant_a(), 'k3'),
       keep('r2', refund(pay('k2'), 'r2', 9000));
CREATE FUNCTION pg_temp.put_on(p_key text, p_amount bigint) RETURNS void LANGUAGE sql
AS $$ INSERT INTO payments.payment_refunds (tenant_id, id, payment_id, amount, currency, status,
                                            reason, metadata, origin, created_by, created_at,
                                            updated_at)
      SELECT tap_helpers.tenant_a(), gen_random_uuid(), tap_helpers.pay(p_key), p_amount, 'usd',
             'pending', 'other', '{}', 'api', 'x', now(), now() $$;
UPDATE payments.payment_transactions SET amount_refunded = 0 WHERE id = pay('k2');
SELECT throws_ok($$ SELECT pg_temp.put_on('k2', 1001) $$, '23514', NULL,
                 'sums that were tampered with give no room');
SELECT throws_ok(
    $$ UPDATE payments.payment_refunds SET payment_id = pay('k3') WHERE id = the('r2') $$, 'PY060',
    NULL, 'a refund cannot be moved to another payment');
SELECT throws_ok('DELETE FROM payments.payment_refunds', 'PY060', NULL,
                 'nor deleted, by a superuser either');
SELECT throws_ok('TRUNCATE payments.payment_refunds CASCADE', 'PY060', NULL, 'nor all of them');
SELECT dispute(pay('k3'), 'd', 'needs_response', 6000), remember();
SELECT throws_ok($$ SELECT pg_temp.put_on('k3', 4001) $$, 'PY051', NULL,
                 'what a bank may take is not refunded, whoever writes it');
SELECT unchanged('and leaves nothing');
SELECT pg_temp.put_on('k3', 4000);
SELECT results_eq(
    $$ SELECT p.amount_refund_pending, p.amount_disputed
         FROM payments.payment_transactions AS p WHERE p.id = pay('k3') $$,
    $$ VALUES (4000::bigint, 6000::bigint) $$, 'the rest is');

SELECT * FROM finish();
ROLLBACK;
