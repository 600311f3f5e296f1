BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), 'k1'), keep('r', refund(pay('k1'), 'r1', 5000));
SELECT reverse(pay('k1'), 'v1', 'balance_insufficient'), reverse(pay('k1'));
SELECT keep('d', (SELECT d.id FROM payments.receivables AS d));
CREATE FUNCTION pg_temp.debt()
    RETURNS TABLE (owed bigint, netted bigint, reversing bigint, reversed bigint, retries integer)
    LANGUAGE sql
AS $$ SELECT d.amount, d.amount_netted, d.amount_reversing, d.amount_reversed, d.retries
        FROM payments.receivables AS d WHERE d.id = tap_helpers.the('d') $$;
SELECT enter(tenant_a());
UPDATE payments.receivables SET amount_reversing = 3000, retries = 12;
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT payments.receivable_retry_end(tenant_a(), pay('k1'),
                                     payments.receivable_retry_id(tenant_a(), the('d'), 11), 3000,
                                     true, clock());
SELECT unchanged('an earlier repetition changes nothing');
SELECT payments.receivable_retry_end(tenant_a(), pay('k1'),
                                     payments.receivable_retry_id(tenant_a(), the('d'), 12), 3000,
                                     false, clock());
RESET ROLE;
SELECT results_eq(
    'SELECT * FROM pg_temp.debt()',
    $$ VALUES (3000::bigint, 0::bigint, 0::bigint, 0::bigint, 12) $$,
    'the last one, refused, leaves the debt');
SELECT is((SELECT d.next_retry_at FROM payments.receivables AS d), NULL,
          'for netting and for a person');

SELECT * FROM finish();
ROLLBACK;
