BEGIN;
SELECT plan(26);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2'),
       created_payment(tenant_a(), 'k3'), created_payment(tenant_a(), 'k4');
SELECT open_account(tenant_b(), 'venue', 'v1'), open_account(tenant_b(), 'artist', 'a1');
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM api.inbox_apply(NULL, 'platform', 'evt_1', '{}') $$, 'PY001',
                 NULL, 'an event without a tenant is refused');
SELECT throws_ok($$ SELECT * FROM api.inbox_apply(tenant_a(), 'platform', 'evt_1', '{') $$, '22P02',
                 NULL, 'a body that is no JSON is an error');
SELECT throws_ok($$ SELECT * FROM api.inbox_apply(tenant_a(), 'platform', 'evt_1', '\xff') $$,
                 '22021', NULL, 'a body that is no UTF-8 is an error');
RESET ROLE;
SELECT unchanged('refused events change nothing');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT results_eq(
    $$ SELECT * FROM api.inbox_apply(
              tenant_b(), 'platform', 'evt_1',
              event('payment_intent.succeeded', intent_object(pay('k1'), 'succeeded'))) $$,
    $$ VALUES ('waiting', 'payment not known yet', 0) $$,
    'an event about another tenant''s payment finds nothing');
SELECT throws_ok($$ SELECT * FROM api.inbox_apply(tenant_a(), 'platform', 'evt_1', '{}') $$,
                 'PY002', NULL, 'a second tenant in one transaction is refused');
RESET ROLE;
SELECT unchanged('an event that waits leaves no trace, so it can be tried again');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT results_eq(
    $$ SELECT * FROM api.inbox_apply(
              tenant_a(), 'platform', 'evt_1',
              event('payment_intent.succeeded', intent_object(pay('k1'), 'succeeded'))) $$,
    $$ VALUES ('done', NULL, 1) $$, 'success settles the payment and makes its transfers due');
RESET ROLE;
SELECT results_eq(
    $$ SELECT source, event_type, provider_id, payment_id, result, occurred_at
         FROM payments.payment_events WHERE id = 'evt_1' $$,
    $$ VALUES ('platform', 'payment_intent.succeeded', 'pi_' || pay('k1'), pay('k1'), 'done',
               to_timestamp(1795000000)) $$,
    'what was applied is remembered with its payment');
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT results_eq(
    $$ SELECT * FROM api.inbox_apply(
              tenant_a(), 'platform', 'evt_1',
              event('payment_intent.succeeded', intent_object(pay('k1'), 'succeeded'))) $$,
    $$ VALUES ('done', NULL, 0) $$,
    'the second copy of an event says the same, and makes nothing due');
SELECT is(
    (SELECT state FROM api.inbox_apply(tenant_a(), 'platform', 'evt_1',
                                       event('payment_intent.canceled',
                                             intent_object(pay('k2'), 'canceled')))), 'done',
    'an id that was applied is not applied again, whatever it says');
RESET ROLE;
SELECT unchanged('the second copy of an event changes nothing');
SET LOCAL ROLE payments_worker;
SELECT results_eq(
    $$ SELECT * FROM api.inbox_apply(
              tenant_a(), 'platform', 'evt_2',
              event('payment_intent.succeeded',
                    intent_object(pay('k2'), 'succeeded', '{"amount": 9}'))) $$,
    $$ VALUES ('quarantined', 'amount 9, ours is 10000', 0) $$,
    'an event that contradicts our payment is quarantined');
SELECT is(
    (SELECT state FROM api.inbox_apply(tenant_a(), 'platform', 'evt_2',
                                       event('payment_intent.succeeded',
                                             intent_object(pay('k2'), 'succeeded')))),
    'quarantined', 'and stays quarantined');
SELECT is(
    (SELECT state FROM api.inbox_apply(tenant_a(), 'platform', 'evt_3',
                                       event('payout.paid', '{"id": "po_1"}'))), 'ignored',
    'an event that is not for us is ignored');
RESET ROLE;
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k2')),
          'requires_payment_method', 'the contradicted payment is as it was');
SELECT results_eq(
    $$ SELECT id, result, reason FROM payments.payment_events
        WHERE id > 'evt_1' AND id < 'evt_9' ORDER BY id $$,
    $$ VALUES ('evt_2', 'quarantined', 'amount 9, ours is 10000'),
              ('evt_3', 'ignored', 'not for us on this endpoint') $$,
    'both are remembered, with the reason');
-- Any order, any number of copies: the same end. Each order is tried and undone.
CREATE FUNCTION pg_temp.world(p_payment_id uuid) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(E'\n',
        (SELECT (p.status, p.amount_captured, p.failure_code, p.settled_at IS NOT NULL)::text
           FROM payments.payment_transactions AS p WHERE p.id = p_payment_id),
        (SELECT (i.stripe_payment_intent_id, i.stripe_status, i.client_secret, i.livemode,
                 i.latest_charge_id, i.balance_transaction_id, i.provider_fee,
                 i.capture_before, i.canceled_at, i.cancellation_reason)::text
           FROM payments.payment_intents AS i WHERE i.id = p_payment_id),
        (SELECT string_agg((t.recipient_id, t.amount, t.status, t.source_transaction)::text, ' '
                           ORDER BY t.recipient_id) FROM payments.stripe_transfers AS t
          WHERE t.payment_id = p_payment_id),
        (SELECT string_agg((l.debit_account_id, l.credit_account_id, l.amount, l.cause_type)::text,
                           ' ' ORDER BY l.id) FROM payments.ledger_postings AS l
          WHERE l.payment_id = p_payment_id),
        (SELECT string_agg((o.id, o.kind, o.state, o.holds, o.request)::text, ' ' ORDER BY o.id)
           FROM payments.stripe_operations AS o WHERE o.payment_id = p_payment_id),
        (SELECT string_agg((e.id, e.result)::text, ' ' ORDER BY e.id)
           FROM payments.payment_events AS e WHERE e.payment_id = p_payment_id))
$$;
CREATE FUNCTION pg_temp.outcome(p_payment_id uuid, p_types text[], p_bodies bytea[],
                                p_fetched jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_fetch uuid;
BEGIN
    FOR v_i IN 1 .. cardinality(p_types) LOOP
        PERFORM api.inbox_apply(tenant_a(), 'platform', p_types[v_i], p_bodies[v_i]);
    END LOOP;
    FOR v_fetch IN SELECT o.id FROM payments.stripe_operations AS o
                    WHERE o.payment_id = p_payment_id AND o.kind = 'fetch'
                      AND o.request ->> 'resource' = 'payment_intents' ORDER BY random()
    LOOP
        PERFORM send(v_fetch);
        PERFORM finish(v_fetch, jsonb_build_object('outcome', 'succeeded', 'object', p_fetched));
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'TA000', MESSAGE = pg_temp.world(p_payment_id);
EXCEPTION WHEN SQLSTATE 'TA000' THEN
    RETURN SQLERRM;
END $$;
CREATE FUNCTION pg_temp.permutations(p_of text[]) RETURNS SETOF text[] LANGUAGE sql AS $$
    WITH RECURSIVE p (done, rest) AS (
        SELECT '{}'::text[], p_of
        UNION ALL
        SELECT p.done || x, array_remove(p.rest, x) FROM p, unnest(p.rest) AS x)
    SELECT done FROM p WHERE rest = '{}'
$$;
CREATE FUNCTION pg_temp.outcomes(p_payment_id uuid, p_events jsonb, p_fetched jsonb,
                                 p_copies boolean DEFAULT true) RETURNS TABLE (o text) LANGUAGE sql
                                     AS $$
    SELECT pg_temp.outcome(p_payment_id, b.types, b.bodies, p_fetched)
      FROM pg_temp.permutations(ARRAY(SELECT jsonb_object_keys(p_events))) AS p
     CROSS JOIN LATERAL (
        -- In this order; with copies, then everything once more backwards.
        SELECT array_agg('evt ' || e ORDER BY n) AS types,
               array_agg(event(e, p_events -> e) ORDER BY n) AS bodies
          FROM unnest(p || (SELECT array_agg(x ORDER BY n DESC) FROM unnest(p) WITH ORDINALITY
                                   AS r (x, n) WHERE p_copies)) WITH ORDINALITY AS q (e, n)) AS b
$$;
SELECT keep('paid', jsonb_build_object(
    'payment_intent.created', intent_object(pay('k3'), 'requires_payment_method'),
    'payment_intent.processing', intent_object(pay('k3'), 'processing'),
    'payment_intent.succeeded', intent_object(pay('k3'), 'succeeded'),
    'charge.succeeded', charge_object(pay('k3'), '{"balance_transaction": null}'),
    'charge.updated', charge_object(pay('k3'))));
SELECT is(
    (SELECT count(DISTINCT o) || '/' || count(*)
       FROM pg_temp.outcomes(pay('k3'), kept('paid')::jsonb, intent_object(pay('k3'), 'succeeded'),
                             false)), '1/120',
    'the events of a paid order end the same in all 120 orders');
SELECT is(
    (SELECT count(DISTINCT w.o) || '/' || count(*)
       FROM unnest(ARRAY[true, false]) AS copies
      CROSS JOIN LATERAL pg_temp.outcomes(
          pay('k3'), kept('paid')::jsonb - '{payment_intent.created,charge.succeeded}'::text[],
          intent_object(pay('k3'), 'succeeded'), copies) AS w), '1/12',
    'copies of events change nothing of that end');
SELECT matches(
    (SELECT o FROM pg_temp.outcomes(
         pay('k3'), jsonb_build_object('payment_intent.succeeded',
                                       kept('paid')::jsonb -> 'payment_intent.succeeded'), '{}')),
    '^\(succeeded,10000,,t\)', 'that end is the settled payment');
SELECT keep('gone', jsonb_build_object(
    'payment_intent.created', intent_object(pay('k4'), 'requires_payment_method'),
    'payment_intent.requires_action', intent_object(pay('k4'), 'requires_action'),
    'payment_intent.amount_capturable_updated', intent_object(pay('k4'), 'requires_capture'),
    'payment_intent.canceled', intent_object(pay('k4'), 'canceled',
                                             '{"canceled_at": 1795000100, "cancellation_reason": '
                                             '"automatic"}')));
SELECT is(
    (SELECT count(DISTINCT o) || '/' || count(*)
       FROM pg_temp.outcomes(pay('k4'), kept('gone')::jsonb,
                             intent_object(pay('k4'), 'canceled',
                                           '{"canceled_at": 1795000100, "cancellation_reason": '
                                           '"automatic"}'))), '1/24',
    'the events of a canceled order end the same in all 24 orders');
SELECT matches(
    (SELECT o FROM pg_temp.outcomes(
         pay('k4'), jsonb_build_object('payment_intent.canceled',
                                       kept('gone')::jsonb -> 'payment_intent.canceled'), '{}')),
    '^\(canceled,0,,f\)', 'that end is the canceled payment');
SELECT is(
    (SELECT count(DISTINCT o) || '/' || count(*)
       FROM pg_temp.outcomes(
           pay('k4'), kept('gone')::jsonb - 'payment_intent.requires_action'
                                          - 'payment_intent.amount_capturable_updated', '{}')),
    '1/2',
    'created and canceled end the same in both orders, with nothing read from Stripe');
SELECT is(
    (SELECT count(DISTINCT o) || '/' || count(*)
       FROM pg_temp.outcomes(
           pay('k4'), kept('gone')::jsonb - 'payment_intent.requires_action'
                                          - 'payment_intent.canceled', '{}')), '1/2',
    'created and authorised end the same in both orders, with nothing read from Stripe');
SELECT keep('declined', jsonb_build_object(
    'payment_intent.created', intent_object(pay('k4'), 'requires_payment_method'),
    'payment_intent.requires_action', intent_object(pay('k4'), 'requires_action'),
    'payment_intent.processing', intent_object(pay('k4'), 'processing'),
    'payment_intent.payment_failed',
    intent_object(pay('k4'), 'requires_payment_method',
                  '{"last_payment_error": {"code": "card_declined", "message": "No."}}')));
SELECT is(
    (SELECT count(DISTINCT o) || '/' || count(*)
       FROM pg_temp.outcomes(
           pay('k4'), kept('declined')::jsonb,
           intent_object(pay('k4'), 'requires_payment_method',
                         '{"last_payment_error": {"code": "card_declined", "message": "No."}}'))),
    '1/24',
    'the events of a declined order, read again from Stripe, end the same in all 24 orders');
SELECT is(
    (SELECT count(DISTINCT o) || '/' || count(*)
       FROM pg_temp.outcomes(
           pay('k4'), kept('declined')::jsonb - 'payment_intent.processing'
                                              - 'payment_intent.requires_action',
           intent_object(pay('k4'), 'requires_payment_method',
                         '{"last_payment_error": {"code": "card_declined", "message": "No."}}'))
      WHERE o LIKE '(requires\_payment\_method,0,card\_declined,f)%'), '1/2',
    'a card declined at once leaves the payment open, and the payment says why');

SELECT * FROM finish();
ROLLBACK;
