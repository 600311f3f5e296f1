BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_b(), 'k1'), paid_payment(tenant_a(), 'k1'),
       paid_payment(tenant_a(), 'k2');
SELECT keep('r', asked_refund(pay('k1'), 'r1', 3000)), keep('q', asked_refund(pay('k2'), 'r2'));
SELECT finish(operation_of(the('r'), 'refund'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 refund_object(the('r'), 'pending',
                                               '{"pending_reason": "insufficient_funds"}')));
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT * FROM api.refunds_waiting_due(10)', 'VALUES (tenant_a())',
              'a tenant whose refunds wait for the balance is named');
SELECT refund_event(the('r'), 'refund.updated', 'pending', 'evt_1');
SELECT is_empty('SELECT * FROM api.refunds_waiting_due(10)',
                'one whose refunds wait for the bank only is not');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.refunds_waiting_due(10)', '42501', NULL,
                 'the API may not look across tenants');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
