BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2'),
       asked_payment(tenant_a(), 'open'), asked_payment(tenant_a(), 'unknown'),
       created_payment(tenant_b(), 'k1', '{"splits": []}');
SELECT finish(operation_of(pay('unknown'), 'intent'), '{"outcome": "unknown"}');
CREATE FUNCTION pg_temp.keys() RETURNS text[] LANGUAGE sql
    AS $$ SELECT array_agg(k.idempotency_key ORDER BY k.idempotency_key)
            FROM payments.idempotency_keys AS k
           WHERE k.tenant_id = tap_helpers.tenant_a() AND k.route <> 'accounts.create' $$;
CREATE FUNCTION pg_temp.again(p_key text) RETURNS text LANGUAGE sql
AS $$ SELECT concat_ws('|', a.status, a.replayed)
        FROM ask_payment(tap_helpers.tenant_a(), 'fixtures', p_key, '\x00',
                                tap_helpers.payment_request(), 20) AS a $$;
SET LOCAL ROLE payments_worker;
SELECT advance('34 days');
SELECT is(api.idempotency_sweep(tenant_a(), 100), 0, 'for 34 days every key stays');
SELECT advance('1 day');
SELECT is(api.idempotency_sweep(tenant_a(), 1), 1, 'then answered ones go, a few at a time');
SELECT ok(api.idempotency_sweep(tenant_a(), 100) > 0, 'until none is left');
RESET ROLE;
SELECT is(pg_temp.keys(), '{open,unknown}',
          'keys of requests that are not answered stay, however old');
SELECT isnt_empty('SELECT 1 FROM payments.idempotency_keys WHERE tenant_id = tenant_b()',
                  'another tenant''s keys are its own');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT pg_temp.again('k1') $$, 'PY040', NULL,
                 'a payment''s key that was forgotten is spent: nothing is made twice, and nothing '
                 'is a false 409');
SELECT throws_ok(
    $$ SELECT * FROM api.payments_create(tenant_a(),
                                         jsonb_build_array(
                                             jsonb_build_object('subject', 'fixtures',
                                                 'idempotencyKey', 'k1', 'fingerprint', '00',
                                                 'request', payment_request())), 20) $$,
    'PY040', NULL, 'also among others that came together');
SELECT is(pg_temp.again('open'), '202|t',
          'a request that was never answered is answered by its state');
SELECT throws_ok($$ SELECT api.idempotency_sweep(tenant_a(), 10) $$, '42501', NULL,
                 'the web''s group forgets nothing');
SELECT unchanged('none of these changed anything');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');
-- Refused, and started anew under another key: the answer alone does not tell that the work is
-- over.
UPDATE payments.idempotency_keys SET problem = 'card_declined', problem_detail = 'x',
       completed_at = created_at WHERE tenant_id = tenant_a()
           AND idempotency_key IN ('open', 'unknown');
SET LOCAL ROLE payments_worker;
SELECT is(api.idempotency_sweep(tenant_a(), 100), 0,
          'an answered key whose call is under way stays');

SELECT * FROM finish();
ROLLBACK;
