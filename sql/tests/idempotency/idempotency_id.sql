BEGIN;
SELECT plan(2);

SET LOCAL ROLE payments_definer;
SELECT is(payments.idempotency_id(tenant_a(), 's', 'r', 'k'),
          payments.idempotency_id(tenant_a(), 's', 'r', 'k'), 'one scope has one id');
SELECT is(
    (SELECT count(DISTINCT i)
       FROM unnest(ARRAY[payments.idempotency_id(tenant_a(), 's', 'r', 'k'),
                         payments.idempotency_id(tenant_b(), 's', 'r', 'k'),
    payments.idempotency_id(tenant_a(), 'x', 'r', 'k'),
    payments.idempotency_id(tenant_a(), 's', 'x', 'k'),
    payments.idempotency_id(tenant_a(), 's', 'r', 'x'),
    payments.idempotency_id(tenant_a(), 'sr', '', 'k')]) AS i), 6::bigint,
    'tenant, subject, route and key each make another');

SELECT * FROM finish();
ROLLBACK;
