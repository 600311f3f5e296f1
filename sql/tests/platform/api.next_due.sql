BEGIN;
SELECT plan(5);

SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT queue, due_at FROM api.next_due() ORDER BY queue $$,
                  $$ VALUES ('operations', NULL::timestamptz), ('webhooks', NULL) $$,
                  'an idle database waits for nothing');
SELECT is(
    (SELECT count(*) FROM api.next_due() WHERE now BETWEEN clock() - '5 seconds'::interval
        AND clock()), 2::bigint, 'the database''s own time comes with it');
RESET ROLE;
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT settled_payment(tenant_a(), 'k1');
SELECT receive('evt_1', 'payment_intent.succeeded', '["pi_unknown"]');
SET LOCAL ROLE payments_worker;
SELECT is((SELECT count(due_at) FROM api.next_due()), 0::bigint,
          'what is due now is not waited for');
RESET ROLE;
SELECT lease(call_of(pay('k1'), 'v1'), 20);
UPDATE payments.stripe_operations SET next_run_at = clock() + '5 seconds'
 WHERE id = call_of(pay('k1'), 'a1');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is((SELECT due_at FROM api.next_due() WHERE queue = 'operations'),
          (operation_row(call_of(pay('k1'), 'v1'))).next_run_at,
    'a lease''s end is the next due time; held operations are not waited for');
SELECT * FROM api.inbox_claim('w', 10, 30);
RESET ROLE;
SELECT is((SELECT due_at FROM api.next_due() WHERE queue = 'webhooks'),
          (SELECT next_run_at FROM payments.webhook_inbox),
          'a waiting event''s next look is the next due time of its queue');

SELECT * FROM finish();
ROLLBACK;
