BEGIN;
SELECT plan(3);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT created_payment(tenant_a(), 'k0'), settled_payment(tenant_a(), 'k1'),
       settled_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.transfers_json(tenant_a(), pay('k0')), '[]',
          'a payment that is not settled has no transfers');
SELECT is(
    (SELECT count(*) FROM jsonb_array_elements(payments.transfers_json(tenant_a(), pay('k1'))) AS e
      WHERE e ->> 'paymentId' = pay('k1')::text), 2::bigint, 'a settled payment has its own');
SELECT is(payments.transfers_json(tenant_a(), pay('k1')) -> 0,
          payments.transfer_json(tenant_a(),
                                 (payments.transfers_json(tenant_a(),
                                                          pay('k1')) #>> '{0,id}')::uuid),
          'each as the API shows it');

SELECT * FROM finish();
ROLLBACK;
