BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT ops.split_rule_set(tenant_a(), 'tenant', NULL,
                          '[{"recipientType": "venue", "recipientId": "v1", "amount": 500}]',
                          '2026-01-01 00:00+00');
SET LOCAL ROLE payments_definer;

SELECT lives_ok(
    $$ SELECT payments.payment_record(tenant_a(), '11111111-1111-4111-8111-111111111111', 'svc',
                                      payment_request(), '2026-05-05 00:00+00') $$,
    'a payment is written');
SELECT results_eq(
    $$ SELECT p.status, p.amount, p.capture_method, p.created_by, p.created_at, i.created_at,
                            (SELECT count(*) FROM payments.payment_splits AS s
                              WHERE s.payment_id = p.id)
                       FROM payments.payment_transactions AS p JOIN payments.payment_intents AS i
                     ON i.id = p.id $$,
    $$ VALUES ('created', 10000::bigint, 'automatic', 'svc', '2026-05-05 00:00+00'::timestamptz,
               '2026-05-05 00:00+00'::timestamptz, 3::bigint) $$,
    'its transaction, intent and shares are there, at one time');
SELECT payments.payment_record(tenant_a(), '22222222-2222-4222-8222-222222222222', 'svc',
                               payment_request() - 'splits', '2026-05-05 00:00+00');
SELECT is(
    (SELECT share_amount FROM payments.payment_splits
      WHERE payment_id = '22222222-2222-4222-8222-222222222222' AND recipient_type = 'venue'),
    500::bigint,
    'without splits of its own it takes those of the rule valid at its time');
SELECT payments.payment_record(tenant_a(), '33333333-3333-4333-8333-333333333333', 'svc',
                               payment_request() - 'splits', '2025-05-05 00:00+00');
SELECT is(
    (SELECT count(*) FROM payments.payment_splits
      WHERE payment_id = '33333333-3333-4333-8333-333333333333'), 1::bigint,
    'before the rule''s time only the platform has a share');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.payment_record(tenant_a(), '44444444-4444-4444-8444-444444444444', 'svc',
    payment_request('{"splits": [{"recipientType": "venue", "recipientId": "v9", "amount": 1}]}'),
    now()) $$, 'PY024', NULL, 'an unknown payee is refused');
SELECT throws_ok(
    $$ SELECT payments.payment_record(tenant_a(), '44444444-4444-4444-8444-444444444444', 'svc',
    payment_request('{"amount": 100}'), now()) $$, 'PY023', NULL,
    'shares above the amount are refused');
SELECT throws_ok(
    $$ SELECT payments.payment_record(tenant_a(), '11111111-1111-4111-8111-111111111111', 'svc',
                                      payment_request(), now()) $$, '23505', NULL,
    'the same payment is not written twice');
SELECT throws_ok(
    $$ SELECT payments.payment_record(tenant_b(), '44444444-4444-4444-8444-444444444444', 'svc',
                                      payment_request(), now()) $$, 'PY002', NULL,
    'another tenant''s payment is not written');
SELECT unchanged('no refusal left a row');

SELECT * FROM finish();
ROLLBACK;
