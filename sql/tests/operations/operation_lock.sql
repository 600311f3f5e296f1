BEGIN;
SELECT plan(3);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k');
SELECT enter(tenant_a());
SELECT is(
    (SELECT count(*) FROM payments.stripe_operations AS o
      CROSS JOIN LATERAL payments.operation_lock(o, true) AS l WHERE l.id = o.id
        AND l.state = o.state),
    (SELECT count(*) FROM payments.stripe_operations), 'an operation is returned as it is now');
SELECT is(
    (SELECT l.id
       FROM payments.operation_lock(
           (SELECT o FROM payments.stripe_operations AS o WHERE o.kind = 'transfer' LIMIT 1),
           false) AS l) IS NULL, false, 'also one that does not go back');
SELECT is((SELECT l.id FROM payments.operation_lock(NULL, true) AS l), NULL, 'none is none');

SELECT * FROM finish();
ROLLBACK;
