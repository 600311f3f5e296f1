BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2', '{"splits": []}');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.distribution_remaining(tenant_a(), pay('k1')), 1500::bigint,
          'the platform''s share remains');
SELECT is(payments.distribution_remaining(tenant_a(), pay('k2')), 10000::bigint,
          'where nobody shares that is all of it');
SELECT is(payments.distribution_remaining(tenant_a(), gen_random_uuid()), NULL,
          'of nothing nothing remains');
RESET ROLE;
SELECT asked_refund(pay('k2'), 'r1', 4000);
SELECT is(payments.distribution_remaining(tenant_a(), pay('k2')), 6000::bigint,
          'a refund on its way is not given away');
SELECT finish(
    operation_of(payments.id_derive(tenant_a(), 'refund', 'api', 'fixtures', 'r1'), 'refund'),
    jsonb_build_object('outcome', 'succeeded', 'object',
                       refund_object(payments.id_derive(tenant_a(), 'refund', 'api', 'fixtures',
                                                        'r1'))));
SELECT is(payments.distribution_remaining(tenant_a(), pay('k2')), 6000::bigint,
          'nor one that was done, once');

SELECT * FROM finish();
ROLLBACK;
