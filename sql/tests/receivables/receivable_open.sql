BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), keep('c', gen_random_uuid());
SET LOCAL ROLE payments_definer;
SELECT payments.receivable_open(tenant_a(), pay('k1'), 'venue', 'v1', 'refund', the('c'), 700,
                                'usd', clock());
SELECT results_eq(
    $$ SELECT d.recipient_type, d.recipient_id, d.amount, d.amount_netted, d.currency,
              d.cause_type
         FROM payments.receivables AS d WHERE d.cause_id = the('c') $$,
    $$ VALUES ('venue', 'v1', 700::bigint, 0::bigint, 'usd', 'refund') $$, 'a debt is booked');
SELECT results_eq(
    $$ SELECT balance(tenant_a(), 'payee_receivable', 'v1'), balance(tenant_a(), 'payee_payable',
              'v1') $$,
    $$ VALUES (700::bigint, -700::bigint) $$, 'and posted');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.receivable_open(tenant_a(), pay('k1'), 'venue', 'v1', 'refund', the('c'),
                                       700, 'usd', clock()) $$, '23505', NULL,
    'a cause makes one debt');
SELECT lives_ok(
    $$ SELECT payments.receivable_open(tenant_a(), pay('k1'), 'venue', 'v1', 'refund',
                                       gen_random_uuid(), 0, 'usd', clock()) $$, 'nothing');
SELECT unchanged('is no debt');

SELECT * FROM finish();
ROLLBACK;
