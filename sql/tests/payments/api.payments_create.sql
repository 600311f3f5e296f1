BEGIN;
SELECT plan(66);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL);
CREATE FUNCTION pg_temp.ask(p_key text, p_more jsonb DEFAULT '{}',
                            p_fingerprint bytea DEFAULT '\x01', p_subject text DEFAULT 'svc')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM ask_payment(tap_helpers.tenant_a(), p_subject, p_key, p_fingerprint,
                                tap_helpers.payment_request(p_more), 20, 'trace-1') $$;
SET LOCAL ROLE payments_api;
CREATE TEMP TABLE first AS SELECT * FROM pg_temp.ask('k1', '{
    "orderId": "o1", "customerId": "c1", "eventId": "e1", "venueId": "v1",
    "description": "Two tickets", "receiptEmail": "fan@example.com", "metadata": {"seat": "12"},
    "device": {"ip": "192.0.2.1"}}');
RESET ROLE;
GRANT SELECT ON first TO PUBLIC;

-- ── the answer ───────────────────────────────────────────────────────────────────────────────
SELECT is((SELECT count(*) FROM first), 1::bigint, 'the answer is one row');
SELECT results_eq('SELECT status, body, replayed, problem, detail FROM first',
                  'VALUES (NULL::integer, NULL::jsonb, false, NULL::text, NULL::text)',
    'there is no answer for the client yet, only a call to carry');
SELECT is((SELECT operation - 'id' - 'idempotencyKey' - 'request' FROM first), jsonb_build_object(
    'tenantId', tenant_a(), 'kind', 'intent', 'leaseEpoch', 1, 'generation', 0, 'evidence', NULL,
    'fenced', true, 'traceContext', 'trace-1'),
    'the call is leased at epoch 1 and fenced: it may be sent at once');
SELECT is((SELECT operation ->> 'id' FROM first),
          payments.id_derive(tenant_a(), 'intent', 'svc', 'k1')::text,
    'the call''s id is derived from subject and key: a retry after a lost commit is the same call');
SELECT is((SELECT operation ->> 'idempotencyKey' FROM first),
          payments.id_derive(tenant_a(), 'intent', 'svc', 'k1') || ':0',
    'Stripe''s key is the call''s id and generation');
SELECT is((SELECT operation #> '{request,params}' FROM first),
          jsonb_build_object('amount', 10000, 'currency', 'usd',
    'capture_method', 'automatic_async', 'automatic_payment_methods', '{"enabled": true}'::jsonb,
    'transfer_group', 'pay_' || payments.id_derive(tenant_a(), 'payment', 'svc', 'k1'),
    'description', 'Two tickets',
    'receipt_email', 'fan@example.com', 'metadata',
    jsonb_build_object('seat', '12', 'order_id', 'o1', 'tenant_id', tenant_a(),
        'payment_id', payments.id_derive(tenant_a(), 'payment', 'svc', 'k1'), 'operation_id',
        payments.id_derive(tenant_a(), 'intent', 'svc', 'k1'))),
    'the frozen request is what Stripe is to be told');

-- ── the rows ─────────────────────────────────────────────────────────────────────────────────
SELECT set_config('tap.id', payments.id_derive(tenant_a(), 'payment', 'svc', 'k1')::text, true);
SELECT results_eq(
    $$ SELECT id::text, order_id, customer_id, show_id, venue_id, amount, currency, status,
              capture_method, description, receipt_email, metadata, device, created_by,
              amount_captured, split_rule_id FROM payments.payment_transactions $$,
    $$ VALUES (current_setting('tap.id'), 'o1', 'c1', 'e1', 'v1', 10000::bigint, 'usd', 'created',
               'automatic', 'Two tickets', 'fan@example.com',
               '{"seat": "12"}'::jsonb, '{"ip": "192.0.2.1"}'::jsonb, 'svc', 0::bigint,
               NULL::uuid) $$, 'the payment is written as asked for');
SELECT results_eq('SELECT id::text, stripe_payment_intent_id FROM payments.payment_intents',
    $$ VALUES (current_setting('tap.id'), NULL::text) $$,
    'its intent is written, not known to Stripe yet');
SELECT is((SELECT count(*) FROM payments.payment_splits), 3::bigint,
          'its shares are written, the platform''s too');
SELECT is((SELECT count(*) FROM payments.ledger_accounts), 5::bigint,
          'its ledger accounts are open');
SELECT is((SELECT count(*) FROM payments.ledger_postings), 0::bigint,
          'nothing is posted before money moves');
SELECT results_eq(
    $$ SELECT kind, state, outcome, lease_epoch, leased_by, first_sent_at IS NOT NULL,
              next_run_at - first_sent_at, lock_key
                       FROM payments.stripe_operations WHERE payment_id IS NOT NULL $$,
    $$ VALUES ('intent', 'leased', NULL::text, 1::bigint, 'inline', true, interval '20 seconds',
               'payment:' || current_setting('tap.id')) $$,
    'the operation is leased to the request for as long as it asked');
SELECT results_eq(
    $$ SELECT subject, route, idempotency_key, fingerprint, completed_at
         FROM payments.idempotency_keys WHERE subject = 'svc' $$,
    $$ VALUES ('svc', 'payments.create', 'k1', '\x01'::bytea, NULL::timestamptz) $$,
    'the client''s key is claimed and in progress');

-- ── the same key again ───────────────────────────────────────────────────────────────────────
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('k1') $$, 'PY041', NULL,
                 'the same key while the request runs is refused as in progress');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('k1', '{}', '\x02') $$, 'PY040', NULL,
                 'the same key with another request is refused as reused');
SELECT unchanged('neither repetition changed anything');
SELECT advance(interval '21 seconds');
SELECT results_eq(
    $$ SELECT status, body ->> 'status', operation, replayed FROM pg_temp.ask('k1') $$,
    $$ VALUES (202, 'created', NULL::jsonb, true) $$,
    'after the request''s lease the same key is answered with the current state');
SELECT advance(interval '-21 seconds');
SELECT unchanged('that answer changed nothing');
RESET ROLE;
SELECT finish(operation_of(current_setting('tap.id')::uuid, 'intent'),
              jsonb_build_object('outcome', 'succeeded',
    'object', intent_object(current_setting('tap.id')::uuid, 'requires_payment_method')));
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body ->> 'id', body ->> 'status', body ->> 'clientSecret', operation,
              replayed FROM pg_temp.ask('k1', '{"amount": 77}') $$,
    $$ VALUES (201, current_setting('tap.id'), 'requires_payment_method', 'pi_'
               || current_setting('tap.id') || '_secret', NULL::jsonb, true) $$,
    'the same key afterwards is answered with the stored answer, client secret included');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('k1', '{}', '\x02') $$, 'PY040', NULL,
                 'another request under the key is still refused');
SELECT unchanged('a replay changes nothing');
SELECT isnt(
    (SELECT operation #>> '{request,params,metadata,payment_id}'
       FROM pg_temp.ask('k1', '{}', '\x01', 'other')), current_setting('tap.id'),
    'another subject''s equal key is another payment');
SELECT isnt((SELECT operation #>> '{request,params,metadata,payment_id}' FROM pg_temp.ask('k2')),
            current_setting('tap.id'),
    'another key is another payment, even of the same order');

-- ── what a request may leave out ─────────────────────────────────────────────────────────────
SELECT is(
    (SELECT operation #>> '{request,params,capture_method}'
       FROM pg_temp.ask('k3', '{"captureMethod": "manual"}')), 'manual',
    'a manual capture is asked of Stripe');
SELECT lives_ok($$ SELECT * FROM pg_temp.ask('k4', '{"splits": []}') $$,
                'a payment may have no payees');
RESET ROLE;
CREATE TEMP TABLE ids AS SELECT k, payments.id_derive(tenant_a(), 'payment', 'svc', k) AS id
    FROM unnest(ARRAY['k3', 'k4', 'k5', 'k6', 'k7']) AS k;
SELECT is(
    (SELECT capture_method FROM payments.payment_transactions
      WHERE id = (SELECT id FROM ids WHERE k = 'k3')), 'manual',
    'the capture method is kept');
SELECT set_eq(
    $$ SELECT recipient_type FROM payments.payment_splits
        WHERE payment_id = (SELECT id FROM ids WHERE k = 'k4') $$, $$ VALUES ('platform') $$,
    'without payees the platform has the only share');
SELECT is(
    (SELECT metadata FROM payments.payment_transactions
      WHERE id = (SELECT id FROM ids WHERE k = 'k4')), '{}', 'metadata left out are empty');
SELECT ops.split_rule_set(tenant_a(), 'venue', 'v1',
                          '[{"recipientType": "venue", "recipientId": "v1", "basisPoints": 9000}]',
                          '2020-01-01 00:00+00');
SET LOCAL ROLE payments_api;
SELECT lives_ok(
    $$ SELECT * FROM ask_payment(tenant_a(), 'svc', 'k5', '\x01',
                                        payment_request('{"venueId": "v1"}') - 'splits', 20) $$,
    'a payment that names no splits takes the rule''s');
SELECT lives_ok(
    $$ SELECT * FROM ask_payment(tenant_a(), 'svc', 'k6', '\x01',
                                        payment_request('{"venueId": "v1"}'), 20) $$,
    'a payment that names splits keeps its own');
SELECT lives_ok(
    $$ SELECT * FROM ask_payment(tenant_a(), 'svc', 'k7', '\x01',
                                        payment_request() - 'splits', 20) $$,
    'a payment without splits and without a rule is the platform''s');
RESET ROLE;
SELECT is(
    (SELECT share_basis_points FROM payments.payment_splits
      WHERE payment_id = (SELECT id FROM ids WHERE k = 'k5') AND recipient_type = 'venue'), 9000,
    'the rule''s share is agreed');
SELECT is(
    (SELECT split_rule_id FROM payments.payment_transactions
      WHERE id = (SELECT id FROM ids WHERE k = 'k5')), (SELECT id FROM payments.split_rules),
    'the rule''s version is named on the payment');
SELECT is(
    (SELECT split_rule_id FROM payments.payment_transactions
      WHERE id = (SELECT id FROM ids WHERE k = 'k6')), NULL,
    'no rule is named where the request had its own splits');
SELECT is(
    (SELECT count(*) FROM payments.payment_splits
      WHERE payment_id = (SELECT id FROM ids WHERE k = 'k7')), 1::bigint,
    'without a rule the platform has the only share, again');

-- ── refusals ─────────────────────────────────────────────────────────────────────────────────
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    format('SELECT * FROM pg_temp.ask(%L, %L)', 'r' || r.code || r.description, r.more), r.code,
    NULL, r.description)
  FROM (VALUES ('{"amount": 49}', 'PY021', 'too small an amount is refused'),
               ('{"amount": 100000000}', 'PY021', 'too large an amount is refused'),
               ('{"amount": null}', 'PY021', 'no amount is refused'),
               ('{"currency": "zzz"}', 'PY022', 'an unknown currency is refused'),
               ('{"currency": null}', 'PY022', 'no currency is refused'),
               ('{"splits": [{"recipientType": "venue", "recipientId": "v1", "amount": 10001}]}',
                'PY023', 'a share above the amount is refused'),
               ('{"splits": {}}', 'PY023', 'splits that are no list are refused'),
               ('{"splits": null}', 'PY023', 'null instead of splits is refused'),
               ('{"splits": [{"recipientType": "venue", "recipientId": "v9", "amount": 1}]}',
                'PY024', 'an unknown payee is refused'),
               ('{"orderId": null}', '23502', 'no order is refused'))
                   AS r (more, code, description);
SELECT unchanged('no refused request left anything, nor its key');
SELECT throws_ok(
    $$ SELECT * FROM ask_payment(tenant_b(), 'svc', 'x', '\x01', payment_request(), 20) $$,
    'PY002', NULL,
    'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM ask_payment('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'svc', 'x', '\x01',
                              payment_request(), 20) $$, 'PY003', NULL,
    'an unknown tenant is refused');
SELECT throws_ok(
    $$ SELECT * FROM ask_payment(NULL, 'svc', 'x', '\x01', payment_request(), 20) $$,
    'PY001', NULL, 'no tenant is refused');
SELECT unchanged('no refused tenant left anything');
SET LOCAL ROLE payments_worker;
SELECT throws_ok(
    $$ SELECT * FROM ask_payment(tenant_a(), 'svc', 'x', '\x01', payment_request(), 20) $$,
    '42501', NULL,
    'the worker''s group creates no payment');
RESET ROLE;
SELECT enter(NULL);
UPDATE payments.tenants SET status = 'disabled' WHERE tenant_id = tenant_a();
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('k1') $$, 'PY003', NULL,
                 'a disabled tenant is refused, a replay too');
SELECT unchanged('the refused tenant changed nothing');


-- ── fraud ────────────────────────────────────────────────────────────────────────────────────
RESET ROLE;
SELECT enter(NULL);
SELECT suspect(tenant_b());
SELECT is(
    (SELECT operation #>> '{request,params,capture_method}'
       FROM ask_payment(tenant_b(), 'svc', 'shady', '\x01',
                        payment_request('{"customerId": "shady", "splits": []}'), 20)),
    'manual',
    'a doubtful payment is only authorised');
SELECT payments.fraud_rules_store(tenant_b(),
                                  '[{"name": "listed", "kind": "blocklist", "enabled": true, '
                                  '"weight": 100, "threshold": 1, "parameters": {}}]', 50, 100,
                                  'me');
SELECT results_eq(
    $$ SELECT operation, problem, replayed
         FROM ask_payment(tenant_b(), 'svc', 'blocked', '\x01',
                          payment_request('{"customerId": "shady", "splits": []}'), 20) $$,
    $$ VALUES (NULL::jsonb, 'payment_blocked', false) $$, 'a blocked one is refused');
SELECT results_eq(
    $$ SELECT p.status, count(o.id) FROM payments.payment_transactions AS p
         LEFT JOIN payments.stripe_operations AS o ON o.payment_id = p.id
    WHERE p.id = payments.id_derive(tenant_b(), 'payment', 'svc', 'blocked') GROUP BY p.status $$,
    $$ VALUES ('blocked', 0::bigint) $$, 'it is kept, and no call is written');
SELECT results_eq(
    $$ SELECT problem, replayed
         FROM ask_payment(tenant_b(), 'svc', 'blocked', '\x01',
                          payment_request('{"customerId": "shady", "splits": []}')) $$,
    $$ VALUES ('payment_blocked', true) $$, 'the same key is answered alike');

-- ── many at once ─────────────────────────────────────────────────────────────────────────────
UPDATE payments.tenants SET status = 'active' WHERE tenant_id = tenant_a();
CREATE FUNCTION pg_temp.call(p_key text, p_more jsonb DEFAULT '{}', p_fingerprint text DEFAULT '01')
RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object('subject', 'svc', 'idempotencyKey', p_key,
                                'fingerprint', p_fingerprint, 'traceContext', 'trace-' || p_key,
                                'request', tap_helpers.payment_request(p_more)) $$;
CREATE FUNCTION pg_temp.together(VARIADIC p_calls jsonb[])
RETURNS TABLE (ordinal bigint, status integer, body jsonb, operation jsonb, replayed boolean,
               problem text, detail text) LANGUAGE sql
AS $$ SELECT * FROM api.payments_create(tap_helpers.tenant_a(), to_jsonb(p_calls), 20) $$;
SELECT enter(NULL);
SET LOCAL ROLE payments_api;
CREATE TEMP TABLE many AS SELECT * FROM pg_temp.together(
    pg_temp.call('m2'), pg_temp.call('k1'), pg_temp.call('m1', '{"amount": 20000}'));
RESET ROLE;
SELECT results_eq(
    $$ SELECT ordinal, status, operation ->> 'id', operation #>> '{request,params,amount}',
              operation ->> 'traceContext', operation ->> 'fenced', replayed
         FROM many ORDER BY ordinal $$,
    $$ VALUES (1::bigint, NULL::integer,
               payments.id_derive(tenant_a(), 'intent', 'svc', 'm2')::text, '10000', 'trace-m2',
               'true', false),
              (2, 201, NULL, NULL, NULL, NULL, true),
              (3, NULL, payments.id_derive(tenant_a(), 'intent', 'svc', 'm1')::text, '20000',
               'trace-m1', 'true', false) $$,
    'each that is new gets its own call, each seen before its answer, told apart by their places');
SELECT results_eq(
    $$ SELECT p.amount, encode(k.fingerprint, 'hex') FROM payments.idempotency_keys AS k
         JOIN payments.payment_transactions AS p
           ON p.id = payments.id_derive(tenant_a(), 'payment', 'svc', k.idempotency_key)
        WHERE k.idempotency_key IN ('m1', 'm2') ORDER BY k.idempotency_key $$,
    $$ VALUES (20000::bigint, '01'), (10000, '01') $$,
    'each is a payment, with the fingerprint of its request');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT pg_temp.together(pg_temp.call('m3'), pg_temp.call('m4', '{"amount": 1}')) $$,
    'PY021', NULL, 'one impossible amount refuses them all');
SELECT throws_ok(
    $$ SELECT pg_temp.together(pg_temp.call('m3'), pg_temp.call('m4', '{"currency": "xxx"}')) $$,
    'PY022', NULL, 'one unknown currency too');
SELECT throws_ok($$ SELECT pg_temp.together(pg_temp.call('m3'), pg_temp.call('m3')) $$,
                 'PY041', NULL, 'one key twice too: the second is in progress');
SELECT throws_ok($$ SELECT pg_temp.together(pg_temp.call('m3'), pg_temp.call('k1', '{}', '02')) $$,
                 'PY040', NULL, 'a key used for another request too');
SELECT is_empty($$ SELECT * FROM api.payments_create(tenant_a(), '[]', 20) $$, 'none is fine');
SELECT throws_ok($$ SELECT * FROM api.payments_create(tenant_b(), '[]', 20) $$, 'PY002', NULL,
                 'a second tenant in one transaction is refused');
RESET ROLE;
SELECT unchanged('refused batches change nothing: all or none');

SELECT * FROM finish();
ROLLBACK;
