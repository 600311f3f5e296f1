BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_b(), 'k1'), paid_payment(tenant_a(), 'k1');
SELECT keep('r', refund(pay('k1'), 'r', 1000, 'pending')), dispute(pay('k1'), 'd', 'won', 100),
       apply(tenant_a(), 'evt_po', event('payout.paid',
                                         '{"id": "po_1", "amount": 700, "currency": "usd", '
                                         '"status": "paid"}', '{"account": "acct_v1_aaaaaaaa"}'),
             'connect');
SELECT keep('tr', (SELECT stripe_transfer_id FROM payments.stripe_transfers
                    WHERE id = transfer_of(pay('k1'), 'v1')));
CREATE FUNCTION pg_temp.facts(p_resource text, p_object jsonb)
    RETURNS TABLE (found boolean, of_the_payment boolean, ours jsonb, theirs jsonb) LANGUAGE sql
AS $$ SELECT f.object_id IS NOT NULL, f.payment_id = pay('k1'), f.ours, f.theirs
        FROM payments.provider_facts(tenant_a(), p_resource, p_object) AS f $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT results_eq(
    $$ SELECT * FROM pg_temp.facts('payment_intents', intent_object(pay('k1'), 'succeeded')) $$,
    $$ SELECT true, true, x, x
         FROM (VALUES ('{"state": "succeeded", "amount": 10000, "captured": 10000,
                         "currency": "usd"}'::jsonb)) AS v (x) $$,
    'of an intent amount, currency, state and what was captured');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.facts('refunds', refund_object(the('r'), 'requires_action')) $$,
    $$ SELECT true, true, x, x
         FROM (VALUES ('{"state": "pending", "amount": 1000, "currency": "usd"}'::jsonb))
              AS v (x) $$,
    'of a refund amount, currency and state; asking for bank details is pending');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.facts(
              'transfers', jsonb_build_object('id', kept('tr'), 'amount', 1, 'currency', 'eur',
                                              'destination', 'acct_x', 'amount_reversed', 2)) $$,
    $$ VALUES (true, true, '{"amount": 6000, "currency": "usd", "reversed": 0,
                             "destination": "acct_v1_aaaaaaaa"}'::jsonb,
               '{"amount": 1, "currency": "eur", "reversed": 2, "destination": "acct_x"}'::jsonb)
    $$, 'of a transfer amount, currency, destination and what came back');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.facts('disputes', dispute_object(pay('k1'), 'd', 'lost', 90)) $$,
    $$ VALUES (true, true, '{"state": "won", "amount": 100, "currency": "usd"}'::jsonb,
               '{"state": "lost", "amount": 90, "currency": "usd"}'::jsonb) $$,
    'of a dispute amount, currency and state');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.facts(
              'payouts',
              '{"id": "po_1", "amount": 700, "currency": "usd", "status": "failed"}') $$,
    $$ VALUES (true, NULL::boolean, '{"state": "paid", "amount": 700, "currency": "usd"}'::jsonb,
               '{"state": "failed", "amount": 700, "currency": "usd"}'::jsonb) $$,
    'of a payout the same');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.facts('accounts', account_object(tenant_a(), 'v1', false)) $$,
    $$ VALUES (true, NULL::boolean, '{"state": true}'::jsonb, '{"state": false}'::jsonb) $$,
    'of an account whether it can receive');
SELECT is_empty(
    format('SELECT pg_temp.facts(%L, %L)', x,
           jsonb_build_object('id', 'x', 'payment_intent', 'pi_' || pay('k1'))),
    x || ': what we do not have has no facts')
  FROM unnest(ARRAY['payment_intents', 'refunds', 'transfers', 'disputes', 'payouts',
                    'accounts']) AS x;
SELECT is_empty(
    format('SELECT pg_temp.facts(%L, %L)', 'payment_intents',
           jsonb_build_object('id', 'pi_' || payment_of(tenant_b(), 'k1'))),
    'nor has another tenant''s');

SELECT * FROM finish();
ROLLBACK;
