BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
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
SET LOCAL ROLE payments_definer;
SELECT is((SELECT payments.receivable_retry_begin(d, clock()) FROM payments.receivables AS d), 1,
          'what is owed is asked for');
SELECT is((SELECT payments.receivable_retry_begin(d, clock()) FROM payments.receivables AS d), 0,
          'what is being asked for is not asked for twice');
RESET ROLE;
SELECT results_eq(
    'SELECT * FROM pg_temp.debt()',
    $$ VALUES (3000::bigint, 0::bigint, 3000::bigint, 0::bigint, 1) $$,
    'it is set aside once');
SET LOCAL ROLE payments_definer;
SELECT payments.receivable_open(tenant_a(), pay('k1'), 'artist', 'a1', 'refund', gen_random_uuid(),
                                50, 'usd', clock());
SELECT is(
    (SELECT payments.receivable_retry_begin(d, clock()) FROM payments.receivables AS d
      WHERE d.recipient_id = 'a1'), 0,
    'a debt that no transfer can be reversed for is kept back only');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
