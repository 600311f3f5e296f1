BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(14);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1', false);
SELECT open_account(tenant_b(), 'seller', 's1');
SELECT enter(tenant_a());
SELECT * FROM api.connected_account_create(tenant_a(), 'tap', 'k', '\x00',
    '{"recipientType": "promoter", "recipientId": "p1", "email": "p@example.com", "country": "US"}', 20);
INSERT INTO payments.payment_transactions
    (tenant_id, id, order_id, amount, currency, status, capture_method, metadata, created_by, created_at, updated_at)
SELECT tenant_a(), id::uuid, 'o', 10000, 'usd', 'created', 'automatic', '{}', 'tap', now(), now()
  FROM unnest(ARRAY['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']) AS id;
SET LOCAL ROLE payments_definer;

SELECT lives_ok($$ SELECT payments.split_plan(tenant_a(), '11111111-1111-4111-8111-111111111111', 10000, 'usd', splits(), now()) $$,
    'the agreed shares are written');
SELECT results_eq($$ SELECT s.position, s.recipient_type, s.recipient_id, s.share_amount, s.share_basis_points, s.amount, s.currency
                       FROM payments.payment_splits AS s ORDER BY s.position $$,
    $$ VALUES (1::smallint, 'venue', 'v1', NULL::bigint, 6000, NULL::bigint, 'usd'), (2::smallint, 'artist', 'a1', 2500, NULL, NULL, 'usd'),
              (32767::smallint, 'platform', 'platform', NULL, NULL, NULL, 'usd') $$,
    'each recipient is there in request order, the platform last, and no amount is fixed yet');
SELECT is_empty($$
    SELECT s.recipient_id FROM payments.payment_splits AS s
      LEFT JOIN payments.connected_accounts AS a ON a.tenant_id = s.tenant_id AND a.id = s.connected_account_id
     WHERE (s.recipient_type <> 'platform') <> (a.recipient_type = s.recipient_type AND a.recipient_id = s.recipient_id) IS TRUE
$$, 'each recipient stands with its own account, the platform with none');
SELECT lives_ok($$ SELECT payments.split_plan(tenant_a(), '22222222-2222-4222-8222-222222222222', 10000, 'usd',
    '[{"recipientType": "platform", "recipientId": "platform", "amount": 10}]', now()) $$, 'a share named for the platform needs no account');
SELECT is((SELECT count(*) FROM payments.payment_splits WHERE payment_id = '22222222-2222-4222-8222-222222222222'), 1::bigint,
    'the platform has one row, named or not');

RESET ROLE;
DELETE FROM payments.payment_splits WHERE payment_id = '22222222-2222-4222-8222-222222222222';
SELECT remember();
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.plan_share(p_type text, p_id text) RETURNS void LANGUAGE sql
AS $$ SELECT payments.split_plan(tap_helpers.tenant_a(), '22222222-2222-4222-8222-222222222222', 10000, 'usd',
    jsonb_build_array(jsonb_build_object('recipientType', p_type, 'recipientId', p_id, 'amount', 1)), now()) $$;
SELECT throws_ok($$ SELECT pg_temp.plan_share('venue', 'v9') $$, 'PY024', NULL, 'a recipient without an account is refused');
SELECT unchanged('the refused recipient left no share');
SELECT throws_ok($$ SELECT pg_temp.plan_share('artist', 'v1') $$, 'PY024', NULL, 'a recipient of another type is refused');
SELECT throws_ok($$ SELECT pg_temp.plan_share('promoter', 'p1') $$, 'PY024', NULL, 'a recipient whose account is not open yet is refused');
SELECT throws_ok($$ SELECT pg_temp.plan_share('seller', 's1') $$, 'PY024', NULL, 'another tenant''s recipient is refused');
SELECT unchanged('none of the refused recipients left a share');
SELECT throws_ok($$ SELECT payments.split_plan(tenant_a(), '22222222-2222-4222-8222-222222222222', 100, 'usd', splits(), now()) $$, 'PY023', NULL,
    'shares above the amount are refused');
SELECT unchanged('the refused shares were not written');
SELECT throws_ok($$ SELECT payments.split_plan(tenant_a(), '22222222-2222-4222-8222-222222222222', 10000, 'eur', '[]', now()) $$, '23503', NULL,
    'a share cannot be in another currency than its payment');

SELECT * FROM finish();
ROLLBACK;
