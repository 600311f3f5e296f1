BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(17);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()),
       settled_payment(tenant_a(), 'k2', resale('{"conditions": ["scanned"]}')),
       created_payment(tenant_a(), 'k3', resale()),
       settled_payment(tenant_a(), 'k4', resale() || '{"currency": "isk"}');
CREATE FUNCTION pg_temp.release(p_key text, p_amount bigint, p_cause text) RETURNS integer
    LANGUAGE sql
AS $$ SELECT payments.escrow_release_amount(
    payments.escrow_lock(tap_helpers.tenant_a(), tap_helpers.escrow_of(tap_helpers.pay(p_key))),
    p_amount, 'r', 'me', p_cause, tap_helpers.clock()) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT throws_ok($$ SELECT pg_temp.release('k1', 8001, 'c') $$, 'PY021', NULL,
                 'more than is held is not released');
SELECT throws_ok($$ SELECT pg_temp.release('k1', 0, 'c') $$, 'PY021', NULL, 'nor nothing');
SELECT throws_ok($$ SELECT pg_temp.release('k4', 150, 'c') $$, 'PY021', NULL,
                 'nor what the currency cannot pay');
SELECT throws_ok($$ SELECT pg_temp.release('k2', 1, 'c') $$, 'PY030', NULL,
                 'nor before every condition is confirmed');
SELECT throws_ok($$ SELECT pg_temp.release('k3', 1, 'c') $$, 'PY030', NULL,
                 'nor before the capture');
SELECT unchanged('no refused release left anything');
SELECT is(pg_temp.release('k1', 3000, 'c1'), 1, 'a part is released: a transfer is due');
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.released_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k1') $$,
    $$ VALUES ('partially_released', 5000::bigint, 3000::bigint) $$, 'the rest is held on');
SELECT results_eq(
    $$ SELECT t.amount, t.purpose, t.source_transaction = 'ch_' || pay('k1'), t.status, t.cause_id
              = v.id
         FROM payments.stripe_transfers AS t, payments.escrow_events AS v
        WHERE t.recipient_id = 's1' AND v.event = 'released' $$,
    $$ VALUES (3000::bigint, 'release', true, 'pending', true) $$,
    'the transfer is of the release, from the charge');
SELECT results_eq(
    $$ SELECT balance(tenant_a(), 'payee_held', 's1'),
              balance(tenant_a(), 'payee_payable', 's1') $$,
    $$ VALUES (-21000::bigint, -3000::bigint) $$, 'what was held is now owed');
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.release('k1', 3000, 'c1') $$, '23505', NULL,
                 'the same release is not made twice');
SELECT unchanged('and leaves nothing');
SELECT is(pg_temp.release('k1', NULL, 'c2'), 1, 'no amount means all that is held');
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.released_amount
         FROM payments.escrows AS e WHERE e.payment_id = pay('k1') $$,
    $$ VALUES ('released', 0::bigint, 8000::bigint) $$, 'then it is over');
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.release('k1', 1, 'c3') $$, 'PY030', NULL,
                 'and nothing more is released');
SELECT unchanged('or changed');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
