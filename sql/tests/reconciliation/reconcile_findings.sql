BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('op', call_of(pay('k1'), 'v1')), keep('intent', operation_of(pay('k1'), 'intent'));
CREATE FUNCTION pg_temp.found(p_resource text, p_object jsonb) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws('|', f.class, coalesce(f.at_provider, '-'), coalesce(f.ours, '-'),
                     f.unexplained) FROM payments.reconcile_findings(tenant_a(), 'platform',
                     p_resource, p_object) AS f $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is_empty(
    $$ SELECT pg_temp.found('payment_intents', intent_object(pay('k1'), 'succeeded')) $$,
    'where both agree nothing is found');
SELECT set_eq(
    $$ SELECT pg_temp.found('payment_intents',
                            intent_object(pay('k1'), 'succeeded',
                                          '{"amount": 9999, "status": "canceled", "currency": '
                                          'null}')) $$,
    $$ VALUES ('amount_differs|9999|10000|0'), ('state_differs|canceled|succeeded|0'),
              ('currency_differs|-|usd|0') $$,
    'each fact that differs is named by itself, a missing one too');
SELECT set_eq(
    $$ SELECT pg_temp.found('refunds',
                            '{"id": "re_x", "amount": 5, "currency": "usd", "status": '
                            '"succeeded"}') $$,
    $$ VALUES ('missing_here|5 usd succeeded|-|0') $$, 'what we do not have is missing here');
SELECT set_eq(
    $$ SELECT pg_temp.found('transfers',
                            jsonb_build_object('id', 'tr_x', 'amount', 5, 'currency', 'usd',
                                               'metadata', jsonb_build_object('operation_id',
                                                   the('op')))) $$,
    format($$ SELECT 'duplicate_at_provider|5 usd|operation %s succeeded ' || provider_id || '|0'
                FROM payments.stripe_operations WHERE id = %L $$, the('op'), the('op')),
    'a second object of an operation that has one is a duplicate');
SELECT set_eq(
    $$ SELECT pg_temp.found('balance_transactions',
                            jsonb_build_object('id', 'txn_1', 'type', 'charge', 'net', 9990,
                                               'currency', 'usd', 'source',
                                               charge_object(pay('k1')))) $$,
    $$ VALUES ('unexplained_balance_transaction|9990|10000|-10') $$,
    'of a balance transaction what our postings do not explain');
SELECT is_empty(
    $$ SELECT pg_temp.found('balance_transactions',
                            jsonb_build_object('id', 'txn_1', 'type', 'charge', 'net', 10000,
                                               'currency', 'usd', 'source',
                                               charge_object(pay('k1')))) $$,
    'nothing when they do');

SELECT * FROM finish();
ROLLBACK;
