BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), enter(tenant_a());
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
SET LOCAL ROLE payments_api;
SELECT is(api.refund_batch_get(tenant_a(), the('b')) ->> 'status', 'finished',
          'a cancellation is shown');
SELECT throws_ok($$ SELECT api.refund_batch_get(tenant_a(), gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown one is not there');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.refund_batch_get(tenant_b(), the('b')) $$, 'PY010', NULL,
                 'nor another tenant''s');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT api.refund_batch_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc', the('b')) $$, 'PY003',
    NULL, 'an unknown tenant is refused');

SELECT * FROM finish();
ROLLBACK;
