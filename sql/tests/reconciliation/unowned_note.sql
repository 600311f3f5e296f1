BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SET LOCAL ROLE payments_system;
CREATE FUNCTION pg_temp.class(p_resource text, p_object jsonb, p_tenants bigint DEFAULT 0)
    RETURNS text LANGUAGE sql AS $$
    SELECT n.class FROM payments.unowned_note(p_resource, p_object, p_tenants) AS n $$;
SELECT is(pg_temp.class('payment_intents', '{}'), 'unowned', 'what is nobody''s is unowned');
SELECT is(pg_temp.class('transfers', '{}', 2), 'two_tenants', 'what is two''s is said to be');
SELECT is(pg_temp.class('balance_transactions', jsonb_build_object('type', x)), 'platform_money',
          x || ' is the platform''s own affair')
  FROM unnest(ARRAY['payout', 'topup', 'stripe_fee']) AS x;
SELECT is(pg_temp.class('balance_transactions', jsonb_build_object('type', x)), 'unowned',
          x || ' is not')
  FROM unnest(ARRAY['charge', 'refund', 'transfer', 'adjustment', 'something new']) AS x;
SELECT results_eq(
    $$ SELECT n.provider_id, n.object_type, n.amount, n.currency, n.document, n.occurred_at
         FROM payments.unowned_note('payment_intents',
              '{"id": "pi_1", "object": "payment_intent", "amount": 5, "currency": "usd",
                "created": 0, "status": "succeeded", "receipt_email": "a@b.c",
                "client_secret": "s", "metadata": {"order": "7"}}', 0) AS n $$,
    $$ VALUES ('pi_1', 'payment_intent', 5::bigint, 'usd',
               '{"status": "succeeded", "metadata": {"order": "7"}}'::jsonb, to_timestamp(0)) $$,
    'what is kept of it names nobody');
SELECT is(
    (SELECT n.amount FROM payments.unowned_note('balance_transactions',
                                                '{"amount": 100, "net": 97, "type": "charge"}',
                                                0) AS n), 97::bigint,
    'of a balance transaction the net counts');

SELECT * FROM finish();
ROLLBACK;
