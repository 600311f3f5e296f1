BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

CREATE ROLE tap_rev_op LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_rev_op');

SELECT keep('p', shady_payment('k1')), keep('q', shady_payment('k2')),
       keep('v1', account_of(tenant_a(), 'v1'));
SELECT payments.review_settle(tenant_a(), review_of(the('q')), 'approved', 'me', 'x', clock());
SELECT payments.review_open(tenant_a(), 'sanctions', 's1', the('v1'), 90, '{name}',
                            clock() + interval '1 second');
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_rev_op;
SELECT results_eq(
    $$ SELECT review_id, kind, source, score, reasons, payment_id, order_id, customer_id, amount,
              currency, payment_status, recipient FROM ops.reviews_outstanding(tenant_a()) $$,
    $$ VALUES (review_of(the('p')), 'fraud', 'rules', 50, '{shady}'::text[], the('p'), 'order-1',
               'shady', 10000::bigint, 'usd', 'requires_capture', NULL::text),
              (review_of(the('v1')), 'aml', 'sanctions', 90, '{name}', NULL::uuid, NULL, NULL, NULL,
               NULL, NULL, 'venue v1') $$, 'the queue, oldest first');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.reviews_outstanding(tenant_b()) $$, 'PY070', NULL,
                 'of one''s own tenant only');

SELECT * FROM finish();
ROLLBACK;
