BEGIN;
SELECT plan(38);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2'),
       created_payment(tenant_a(), 'k3'), asked_payment(tenant_a(), 'k4');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.said(p_key text, p_status text, p_authoritative boolean,
                             p_more jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM payments.payment_intent_apply(tenant_a(), pay(p_key),
                                          intent_object(pay(p_key), p_status, p_more),
                                          p_authoritative, clock());
    RETURN (SELECT p.status FROM payments.payment_transactions AS p WHERE p.id = pay(p_key));
END $$;
SELECT is(pg_temp.said('k4', 'requires_payment_method', true), 'requires_payment_method',
          'Stripe''s answer opens a payment');
SELECT is(pg_temp.said('k1', 'requires_action', false), 'requires_action',
          'an event moves a payment forward');
SELECT is(pg_temp.said('k1', 'processing', false), 'processing', 'and further');
SELECT is(pg_temp.said('k1', 'requires_action', false), 'processing',
          'an older event does not move it back');
SELECT is(
    pg_temp.said('k1', 'requires_payment_method', true,
                 '{"last_payment_error": {"code": "card_declined", "message": "No."}}'),
    'requires_payment_method', 'what is read from Stripe may move it back');
SELECT results_eq(
    $$ SELECT failure_code, failure_message
         FROM payments.payment_transactions WHERE id = pay('k1') $$,
    $$ VALUES ('card_declined', 'No.') $$, 'with the reason');
SELECT is(
    pg_temp.said('k2', 'requires_payment_method', true,
                 '{"last_payment_error": {"code": "expired_card", "message": "Old."}}'),
    'requires_payment_method', 'a declined card leaves the payment open');
SELECT results_eq(
    $$ SELECT failure_code, failure_message
         FROM payments.payment_transactions WHERE id = pay('k2') $$,
    $$ VALUES ('expired_card', 'Old.') $$, 'and it says why, though its status is the same');
SELECT is(pg_temp.said('k1', 'unheard_of', true), 'requires_payment_method',
          'a status we do not know changes nothing');
SELECT is(pg_temp.said('k1', 'requires_capture', false), 'requires_capture',
          'an authorised card waits for its capture');
SELECT is((SELECT failure_code FROM payments.payment_transactions WHERE id = pay('k1')), NULL,
          'and the old failure is forgotten');
SELECT pg_temp.said('k1', 'requires_payment_method', false,
                    jsonb_build_object('latest_charge', 'ch_old_' || pay('k1')));
SELECT results_eq(
    $$ SELECT stripe_status, latest_charge_id = 'ch_' || pay('k1')
         FROM payments.payment_intents WHERE id = pay('k1') $$,
    $$ VALUES ('requires_capture', true) $$,
    'an older event (F32) does not change Stripe''s last word, nor the charge');
SELECT is(
    payments.payment_intent_apply(tenant_a(), pay('k1'), intent_object(pay('k1'), 'succeeded'),
                                  false, clock()), 2, 'success makes the transfers due');
SELECT is(
    payments.payment_intent_apply(tenant_a(), pay('k1'), intent_object(pay('k1'), 'succeeded'),
                                  true, clock()), 0, 'success settles once');
SELECT is((SELECT count(*) FROM payments.ledger_postings WHERE payment_id = pay('k1')), 3::bigint,
          'and posts once');
SELECT remember();
SELECT is(pg_temp.said('k1', s, a), 'succeeded',
          format('a payment that succeeded does not go to %s, %s', s, CASE WHEN a
                 THEN 'read from Stripe' ELSE 'told by an event' END))
  FROM unnest(ARRAY['requires_payment_method', 'processing', 'requires_capture', 'canceled']) AS s,
       unnest(ARRAY[true, false]) AS a;
SELECT unchanged('nothing said after success changes anything');
SELECT is(pg_temp.said('k2', 'canceled', false), 'canceled', 'an event cancels an open payment');
SELECT is(pg_temp.said('k2', s, true), 'canceled',
          format('a canceled payment does not go to %s', s))
              FROM unnest(ARRAY['requires_payment_method', 'processing', 'requires_capture',
                                'succeeded']) AS s;
SELECT is((SELECT stripe_status FROM payments.payment_intents WHERE id = pay('k2')), 'canceled',
          'Stripe''s last word on it stays canceled');
SELECT is((SELECT count(*) FROM payments.ledger_postings WHERE payment_id = pay('k2')), 0::bigint,
          'a canceled payment posts nothing');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.payment_intent_apply(tenant_a(), pay('k3'),
                                            intent_object(pay('k3'), 'succeeded',
                                                          '{"latest_charge": null}'), true,
                                            clock()) $$, 'PY032', NULL,
    'a success without a charge is refused');
SELECT throws_ok(
    $$ SELECT payments.payment_intent_apply(tenant_a(), pay('k3'),
                                            intent_object(pay('k1'), 'succeeded'), true,
                                            clock()) $$, 'PY033', NULL,
    'another payment''s intent is refused');
SELECT unchanged('what is refused changes nothing');
-- A partial capture.
RESET ROLE;
SELECT authorised_payment(tenant_a(), 'k5');
SET LOCAL ROLE payments_definer;
SELECT pg_temp.said('k5', 'succeeded', true, '{"amount_received": 4000}');
SELECT results_eq(
    $$ SELECT amount, amount_captured FROM payments.payment_transactions WHERE id = pay('k5') $$,
    $$ VALUES (10000::bigint, 4000::bigint) $$, 'a partial capture settles what was captured');
SELECT is(
    (SELECT array_agg(amount ORDER BY position) FROM payments.payment_splits
      WHERE payment_id = pay('k5')), '{2400,1000,600}', 'its shares scale with it');

SELECT keep('watched', created_payment(tenant_a(), 'watched'));
SELECT is(
    payments.payment_intent_apply(tenant_a(), the('watched'),
                                  intent_object(the('watched'), 'succeeded', '{"review": "prv_1"}'),
                                  false, clock()), 0,
    'what Stripe looks into settles, and nothing of it is due');
SELECT results_eq(
    $$ SELECT DISTINCT o.holds, r.source_id, r.status FROM payments.stripe_operations AS o
         JOIN payments.reviews AS r ON r.payment_id = o.payment_id
        WHERE o.payment_id = the('watched') AND o.kind = 'transfer' $$,
    $$ VALUES ('{review}'::text[], 'prv_1', 'open') $$, 'it is held, and waits for a person');

SELECT * FROM finish();
ROLLBACK;
