BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()), advance('1 minute');
SELECT refund(pay('k1'), 'r', 100), advance('1 minute');
SELECT dispute(pay('k1'), 'd', 'needs_response');
CREATE ROLE tap_line_member IN ROLE payments_analyst;
CREATE ROLE tap_line_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_line_member');
SET LOCAL SESSION AUTHORIZATION tap_line_stranger;
SELECT throws_ok($$ SELECT * FROM ops.payment_timeline(tenant_a(), pay('k1')) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_line_member;
SELECT throws_ok($$ SELECT * FROM ops.payment_timeline(tenant_a(), gen_random_uuid()) $$, 'PY010',
                 NULL, 'an unknown payment has no story');
SELECT set_eq($$ SELECT DISTINCT what FROM ops.payment_timeline(tenant_a(), pay('k1')) $$,
              ARRAY['payment created', 'payment captured', 'fraud decision', 'transfer planned',
                    'refund succeeded', 'call intent', 'event payment_intent.succeeded',
                    'posting capture', 'posting escrow',
    'escrow requested', 'escrow held', 'refund requested', 'call refund', 'posting refund',
    'escrow refunded', 'dispute opened', 'event charge.dispute.created', 'escrow frozen'],
              'a payment''s whole story is told');
SELECT results_eq($$ SELECT happened_at FROM ops.payment_timeline(tenant_a(), pay('k1')) $$,
                  $$ SELECT happened_at FROM ops.payment_timeline(tenant_a(), pay('k1'))
                      ORDER BY happened_at $$, 'in order');
SELECT results_eq(
    $$ SELECT t.detail, t.amount, t.currency
         FROM ops.payment_timeline(tenant_a(), pay('k1')) AS t WHERE t.what = 'posting escrow' $$,
    $$ VALUES ('payee_payable s1 to payee_held s1', 8000::bigint, 'usd') $$,
    'with the money that moved, from where to where');
SELECT results_eq(
    $$ SELECT t.detail, t.amount
         FROM ops.payment_timeline(tenant_a(), pay('k1')) AS t
        WHERE t.what = 'transfer planned' ORDER BY t.happened_at LIMIT 1 $$,
    $$ VALUES ('settlement to venue v1, now canceled', 1000::bigint) $$, 'and what became of it');

SELECT * FROM finish();
ROLLBACK;
