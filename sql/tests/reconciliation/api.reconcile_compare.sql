BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(14);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text), enter(NULL);
CREATE FUNCTION pg_temp.compared(p_resource text, p_more jsonb DEFAULT '{}') RETURNS integer
    LANGUAGE sql AS $$
    SELECT api.reconcile_compare(tenant_a(), kept('run')::jsonb, 'platform', p_resource,
                                 jsonb_build_array(intent_object(pay('k1'), 'succeeded',
                                     '{"created": 1}'::jsonb || p_more))) $$;
SET LOCAL ROLE payments_worker;
SELECT is(pg_temp.compared('payment_intents'), 0, 'where both agree nothing is to be done');
RESET ROLE;
SELECT is((SELECT count(*) FROM payments.discrepancies), 0::bigint, 'nothing is noted');
SELECT results_eq(
    $$ SELECT provider_account, provider_id, currency FROM payments.reconciliation_sightings $$,
    $$ VALUES ('platform', 'pi_' || pay('k1'), NULL) $$, 'but that it was seen');
SELECT is(pg_temp.compared('payment_intents', '{"amount": 9}'), 0,
          'an amount that differs is for a person');
SELECT results_eq(
    $$ SELECT class, object_type, provider_id, object_id, at_provider, ours, occurred_at, state
         FROM payments.discrepancies $$,
    $$ VALUES ('amount_differs', 'payment_intent', 'pi_' || pay('k1'), pay('k1'), '9', '10000',
               to_timestamp(1), 'open') $$, 'it is noted');
SELECT is(pg_temp.compared('payment_intents', '{"status": "processing"}'), 1,
          'another state is read from Stripe');
SELECT remember();
SELECT is(pg_temp.compared('payment_intents', '{"status": "processing"}'), 0,
          'the same page again');
SELECT is(
    (SELECT count(*) || ' ' || (SELECT count(*) FROM payments.reconciliation_sightings)
       FROM payments.discrepancies), '2 1', 'is noted once');
SELECT is(
    pg_temp.compared('payment_intents',
                     jsonb_build_object('id', 'pi_new', 'created',
                                        extract(epoch FROM clock())::bigint + 60)), 0,
    'what is too young');
SELECT is((SELECT count(*) FROM payments.discrepancies), 2::bigint, 'is seen and not judged');
SELECT api.reconcile_compare(tenant_a(), kept('run')::jsonb, 'platform', 'balance_transactions',
                             jsonb_build_array(jsonb_build_object(
                                 'id', 'txn_1', 'type', 'charge', 'net', 10007, 'currency', 'usd',
                                 'created', 1, 'source', charge_object(pay('k1')))));
SELECT results_eq(
    $$ SELECT class, object_type, unexplained, currency
         FROM payments.discrepancies WHERE provider_id = 'txn_1' $$,
    $$ VALUES ('unexplained_balance_transaction', 'charge', 7::bigint, 'usd') $$,
    'money that we cannot explain is noted with its amount');
SELECT results_eq(
    $$ SELECT source_id, currency, at_provider, in_ledger
         FROM payments.reconciliation_sightings WHERE provider_id = 'txn_1' $$,
    $$ VALUES ('ch_' || pay('k1'), 'usd', 10007::bigint, 10000::bigint) $$,
    'and both sides are kept for the totals');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.reconcile_compare(NULL, '{}', 'platform', 'x', '[]') $$, 'PY001',
                 NULL, 'a tenant is needed');
SELECT enter(tenant_a());
SELECT throws_ok($$ SELECT api.reconcile_compare(tenant_b(), '{}', 'platform', 'x', '[]') $$,
                 'PY002', NULL, 'the one entered');

SELECT * FROM finish();
ROLLBACK;
