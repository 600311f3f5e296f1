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
SELECT is(
    (SELECT (provider_account, provider_id, currency)::text FROM payments.reconciliation_sightings),
    format('(platform,pi_%s,)', pay('k1')), 'but that it was seen');
SELECT is(pg_temp.compared('payment_intents', '{"amount": 9}'), 0,
          'an amount that differs is for a person');
SELECT is(
    (SELECT (class, object_type, provider_id, object_id, at_provider, ours, occurred_at,
             state)::text FROM payments.discrepancies),
    (('amount_differs', 'payment_intent', 'pi_' || pay('k1'), pay('k1'), '9', '10000',
      to_timestamp(1), 'open')::text), 'it is noted');
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
    'id', 'txn_1', 'type', 'charge', 'net', 10007, 'currency', 'usd', 'created', 1, 'source',
                                 charge_object(pay('k1')))));
SELECT is(
    (SELECT (class, object_type, unexplained, currency)::text FROM payments.discrepancies
      WHERE provider_id = 'txn_1'), '(unexplained_balance_transaction,charge,7,usd)',
    'money that we cannot explain is noted with its amount');
SELECT is(
    (SELECT (source_id, currency, at_provider, in_ledger)::text
       FROM payments.reconciliation_sightings WHERE provider_id = 'txn_1'),
    format('(ch_%s,usd,10007,10000)', pay('k1')), 'and both sides are kept for the totals');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.reconcile_compare(NULL, '{}', 'platform', 'x', '[]') $$, 'PY001',
                 NULL, 'a tenant is needed');
SELECT enter(tenant_a());
SELECT throws_ok($$ SELECT api.reconcile_compare(tenant_b(), '{}', 'platform', 'x', '[]') $$,
                 'PY002', NULL, 'the one entered');

SELECT * FROM finish();
ROLLBACK;
