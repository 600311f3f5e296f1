BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(t, 'k1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.violations_due(10)',
                'what a running transaction did is not due');
SELECT unchecked($$ UPDATE payments.ledger_postings SET posted_xid = '5' $$);
SELECT set_eq('SELECT * FROM api.violations_due(10)', 'VALUES (tenant_a()), (tenant_b())',
              'each tenant with something to check is named');
SELECT is((SELECT count(*) FROM api.violations_due(1)), 1::bigint, 'no more than asked for');
SELECT enter(NULL), api.violations_check(tenant_a(), 100);
SELECT set_eq('SELECT * FROM api.violations_due(10)', 'VALUES (tenant_b())',
              'one that was checked is not');
SELECT enter(NULL), api.violations_check(tenant_b(), 100);
RESET ROLE;
UPDATE payments.violation_checks SET checked_xid = '6' WHERE tenant_id = tenant_b();
SELECT enter(tenant_b());
INSERT INTO payments.payment_marks (tenant_id, payment_id, marked_xid)
VALUES (tenant_b(), payment_of(tenant_b(), 'k1'), '7');
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT * FROM api.violations_due(10)', 'VALUES (tenant_b())',
              'a mark makes it due again');
RESET ROLE;
DELETE FROM payments.payment_marks;
UPDATE payments.violation_checks SET checked_xid = '9000000000000000000'
 WHERE tenant_id = tenant_a();
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT * FROM api.violations_due(10)', 'VALUES (tenant_a())',
              'restored into a younger cluster, everything is');
RESET ROLE;
UPDATE payments.violation_checks SET checked_xid = '6';
SELECT enter(tenant_a());
INSERT INTO payments.violations_found (tenant_id, id, payment_id, invariant, object_type, object_id,
                                       detail, found_at) VALUES (tenant_a(), gen_random_uuid(),
                                       pay('k1'), 'M01', 'payment', 'x', 'y', clock());
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT * FROM api.violations_due(10)', 'VALUES (tenant_a())',
              'a tenant with a breach stays due');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.violations_due(10)', '42501', NULL,
                 'the API may not look across tenants');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
