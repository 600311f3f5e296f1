BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k1');
SELECT unchecked($$ UPDATE payments.ledger_postings SET posted_xid = '5' $$);
SELECT enter(tenant_a());
INSERT INTO payments.payment_marks (tenant_id, payment_id, marked_xid)
VALUES (tenant_a(), pay('k1'), '4'), (tenant_a(), pay('k1'), '8'), (tenant_a(), pay('k1'), '9');
SET LOCAL ROLE payments_definer;
SELECT is(payments.violations_until(tenant_a(), '0', '20', 100), '20'::xid8,
          'few changes are taken up to the end');
SELECT is(payments.violations_until(tenant_a(), '0', '20', 1), '5'::xid8,
          'of many, as many as asked for');
SELECT is(payments.violations_until(tenant_a(), '5', '20', 1), '8'::xid8,
          'but a transaction whole, however many');
SELECT is(payments.violations_until(tenant_a(), '8', '9', 1), '9'::xid8, 'never past the end');
SELECT is(payments.violations_until(tenant_a(), '10', '20', 1), '20'::xid8, 'nothing: to the end');

SELECT * FROM finish();
ROLLBACK;
