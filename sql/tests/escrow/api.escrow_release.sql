BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'seller', 's1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1', resale()),
       settled_payment(tenant_a(), 'k1', resale('{"conditions": ["scanned"]}')),
       settled_payment(tenant_a(), 'k2', resale()),
       settled_payment(tenant_a(), 'k3', resale());
SELECT keep('two', escrow_of(pay('k3'))), keep('e', escrow_of(pay('k1'))),
       keep('frozen', escrow_of(pay('k2'))),
       keep('foreign', escrow_of(payment_of(tenant_b(), 'k1'))), keep('none', gen_random_uuid());
SELECT dispute(pay('k2'), 'd', 'needs_response', 1);
CREATE FUNCTION pg_temp.release(p_key text, p_escrow text, p_more jsonb DEFAULT '{}',
                                p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.escrow_release(tap_helpers.tenant_a(), 'svc', p_key, p_fingerprint,
                                       tap_helpers.the(p_escrow), '{"reason": "scanned"}' || p_more,
                                       20) $$;
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.release('x', 'none') $$, 'PY010', NULL,
                 'an unknown escrow is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.release('x', 'foreign') $$, 'PY010', NULL,
                 'another tenant''s is not there');
SELECT throws_ok($$ SELECT * FROM pg_temp.release('x', 'e') $$, 'PY030', NULL,
                 'nothing is released before its conditions are confirmed');
SELECT throws_ok($$ SELECT * FROM pg_temp.release('x', 'frozen') $$, 'PY030', NULL,
                 'or while a dispute is open');
SELECT unchanged('no refused release left anything, nor its key');
SELECT api.escrow_condition_confirm(tenant_a(), 'svc', 'c', '\x01', the('e'), 'scanned',
                                    '{"evidence": "gate 4"}', 20);
SELECT throws_ok($$ SELECT * FROM pg_temp.release('x', 'e', '{"amount": 8001}') $$, 'PY021', NULL,
                 'more than is held is refused');
SELECT results_eq(
    $$ SELECT status, body ->> 'status', body -> 'heldAmount', operation, replayed
         FROM pg_temp.release('r1', 'e', '{"amount": 3000}') $$,
    $$ VALUES (200, 'partially_released', '5000'::jsonb, NULL::jsonb, false) $$,
    'a part is released and the escrow shown');
RESET ROLE;
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body -> 'heldAmount', replayed
         FROM pg_temp.release('r1', 'e', '{"amount": 3000}') $$,
    $$ VALUES (200, '5000'::jsonb, true) $$, 'the key again replays the answer');
SELECT throws_ok($$ SELECT * FROM pg_temp.release('r1', 'e', '{}', '\x02') $$, 'PY040', NULL,
                 'the key with another request is refused');
SELECT unchanged('neither releases anything');
SELECT is((SELECT body ->> 'status' FROM pg_temp.release('r2', 'e')), 'released',
          'the rest follows');
SELECT throws_ok($$ SELECT * FROM pg_temp.release('r3', 'e') $$, 'PY030', NULL,
                 'what is released is not released again');
SELECT is(
    (SELECT array_agg(r.body ->> 'status')
       FROM (VALUES ('a:b', 'c'), ('a', 'b:c')) AS k (subject, key)
    CROSS JOIN LATERAL api.escrow_release(tenant_a(), k.subject, k.key, '\x01', the('two'),
                                          '{"reason": "x", "amount": 1000}', 20) AS r),
    '{partially_released,partially_released}',
    'two callers whose names and keys spell the same together are two');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM pg_temp.release('r4', 'e') $$, '42501', NULL,
                 'the worker''s group does not ask');
RESET ROLE;
SELECT is(
    (SELECT sum(t.amount) FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k1')
        AND t.recipient_id = 's1'), 8000::numeric, 'the seller gets what was held, once');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
