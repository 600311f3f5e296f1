BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SELECT open_account(tenant_a(), 'venue', 'v1');
CREATE FUNCTION pg_temp.news(p_status text, p_account text DEFAULT 'acct_v1_aaaaaaaa',
                             p_more jsonb DEFAULT '{}')
    RETURNS TABLE (state text, enqueued integer) LANGUAGE sql
AS $$ SELECT e.state, e.enqueued FROM payments.stripe_event_apply_payout(
          tap_helpers.tenant_a(),
          jsonb_build_object('livemode', false, 'account', p_account, 'data',
              jsonb_build_object('object',
                  jsonb_build_object('id', 'po_1', 'amount', 700, 'currency', 'usd', 'status',
                                     p_status, 'arrival_date', 1795000000) || p_more)),
          tap_helpers.clock()) AS e $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT results_eq($$ SELECT * FROM pg_temp.news('paid', 'acct_x') $$,
                  $$ VALUES ('waiting', 0) $$, 'a payout of an account we do not know waits');
SELECT unchanged('and leaves nothing');
SELECT results_eq($$ SELECT * FROM pg_temp.news('in_transit') $$,
                  $$ VALUES ('done', 0) $$, 'one of a payee of ours is recorded');
SELECT results_eq(
    $$ SELECT y.connected_account_id = account_of(tenant_a(), 'v1'), y.stripe_payout_id, y.amount,
              y.currency, y.status, y.arrival_date = to_timestamp(1795000000)
         FROM payments.payouts AS y $$,
    $$ VALUES (true, 'po_1', 700::bigint, 'usd', 'in_transit', true) $$, 'as Stripe says');
SELECT remember();
SELECT results_eq($$ SELECT * FROM pg_temp.news('pending') $$,
                  $$ VALUES ('done', 0) $$, 'older news');
SELECT unchanged('comes too late');
SELECT pg_temp.news('paid');
SELECT is((SELECT y.status FROM payments.payouts AS y), 'paid', 'it moves on');
SELECT pg_temp.news('failed', 'acct_v1_aaaaaaaa',
                    '{"failure_code": "account_closed", "failure_message": "Closed."}');
SELECT results_eq(
    $$ SELECT y.status, y.failure_code, y.failure_message FROM payments.payouts AS y $$,
    $$ VALUES ('failed', 'account_closed', 'Closed.') $$, 'what was paid may still fail');
SELECT pg_temp.news('paid');
SELECT is((SELECT y.status FROM payments.payouts AS y), 'failed', 'but not the other way round');
RESET ROLE;
SELECT open_account(tenant_a(), 'artist', 'a1'), created_payment(tenant_a(), 'k1'), remember();
SET LOCAL ROLE payments_definer;
SELECT results_eq(
    $$ SELECT e.state, e.reason FROM payments.stripe_event_dispatch(
              tenant_a(), 'connect',
              '{"type": "payout.paid", "livemode": true, "account": "acct_v1_aaaaaaaa",
                "data": {"object": {"id": "po_2"}}}',
              clock()) AS e $$,
    $$ VALUES ('quarantined', 'livemode is not ours') $$,
    'one of the other mode than our payments is none of ours');
SELECT unchanged('and is not recorded');

SELECT * FROM finish();
ROLLBACK;
