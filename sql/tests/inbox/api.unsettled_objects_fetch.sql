BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2'),
       paid_payment(tenant_a(), 'paid');
SELECT keep('r', refund(pay('paid'), 'r', 1000, 'pending'));
SELECT advance('61 minutes'), enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is(api.unsettled_objects_fetch(tenant_a(), 3600, 3600, 2), 2,
          'what stays unsettled is read from Stripe, no more at once than allowed');
SELECT is(api.unsettled_objects_fetch(tenant_a(), 3600, 3600, 2), 1, 'the rest has its turn next');
SELECT is(api.unsettled_objects_fetch(tenant_a(), 3600, 3600, 2), 0, 'once per age');
RESET ROLE;
SELECT is(
    (SELECT count(*) FROM payments.stripe_operations WHERE kind = 'fetch' AND state = 'ready'),
    3::bigint, 'each is one read');
SELECT send(operation_of(the('r'), 'fetch'));
SELECT finish(operation_of(the('r'), 'fetch'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 refund_object(the('r'), 'succeeded')));
SELECT is((SELECT status FROM payments.payment_refunds WHERE id = the('r')), 'succeeded',
          'what the read brings is applied');
SELECT enter(NULL), advance('1 hour');
SET LOCAL ROLE payments_worker;
SELECT is(api.unsettled_objects_fetch(tenant_a(), 3600, 3600, 9), 0,
          'what is about to be read anyway is not asked for again, what is settled never');
SELECT throws_ok('SELECT api.unsettled_objects_fetch(NULL, 3600, 3600, 9)', 'PY001', NULL,
                 'a tenant is needed');

SELECT * FROM finish();
ROLLBACK;
