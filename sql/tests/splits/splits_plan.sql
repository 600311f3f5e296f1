BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT open_account(tenant_b(), 'seller', 's1'), enter(tenant_a());
SELECT * FROM api.connected_account_create(tenant_a(), 'tap', 'k', '\x00',
    '{"recipientType": "promoter", "recipientId": "p1", "email": "p@example.com", "country": "US"}',
    20);
SELECT asked_payment(tenant_a(), 'k1'), asked_payment(tenant_a(), 'k2');
DELETE FROM payments.payment_splits;
SELECT keep('one', pay('k1')), keep('two', pay('k2'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.splits_plan(tenant_a(), ARRAY[the('one'), the('two')], '{100,100}',
                                   '{usd,usd}',
        ARRAY['[]', '[{"recipientType": "venue", "recipientId": "v1", "amount": 101}]']::jsonb[],
        clock()) $$, 'PY023', NULL, 'one impossible split refuses them all');
SELECT throws_ok(
    $$ SELECT payments.splits_plan(tenant_a(), ARRAY[the('one'), the('two')], '{100,100}',
                                   '{usd,usd}',
        ARRAY['[]',
              '[{"recipientType": "venue", "recipientId": "nobody", "amount": 1}, '
              '{"recipientType": "seller", "recipientId": "v1", "amount": 1}]']::jsonb[],
                                   clock()) $$,
    'PY024', 'no connected account for venue nobody, seller v1',
    'recipients without an account refuse them all, each named');
SELECT throws_ok($$ SELECT payments.splits_plan(tenant_a(), ARRAY[the('one')], '{100}', '{usd}',
        ARRAY['[{"recipientType": "promoter", "recipientId": "p1", "amount": 1}, {"recipientType": '
              '"seller", "recipientId": "s1", "amount": 1}]']::jsonb[], clock()) $$,
    'PY024', 'no connected account for promoter p1, seller s1',
    'nor does an account that is not open yet count, or another tenant''s');
SELECT unchanged('what is refused writes nothing');
SELECT payments.splits_plan(tenant_a(), ARRAY[the('one'), the('two')], '{100,200}', '{usd,usd}',
                            ARRAY[
    '[{"recipientType": "artist", "recipientId": "a1", "basisPoints": 5000}, {"recipientType": '
    '"platform", "recipientId": "platform", "amount": 1}, {"recipientType": "venue", '
    '"recipientId": "v1", "amount": 7}]',
    '[{"recipientType": "venue", "recipientId": "v1", "amount": 9}]']::jsonb[], clock());
SELECT results_eq(
    $$ SELECT position::integer, recipient_type, recipient_id, share_amount, share_basis_points,
              amount, currency
         FROM payments.payment_splits WHERE payment_id = the('one') ORDER BY position $$,
    $$ VALUES (1, 'artist', 'a1', NULL::bigint, 5000, NULL::bigint, 'usd'),
              (3, 'venue', 'v1', 7, NULL, NULL, 'usd'),
              (32767, 'platform', 'platform', NULL, NULL, NULL, 'usd') $$,
    'each payment gets its shares in its order, the platform last');
SELECT results_eq(
    $$ SELECT position::integer, recipient_type, recipient_id, share_amount, currency
         FROM payments.payment_splits WHERE payment_id = the('two') ORDER BY position $$,
    $$ VALUES (1, 'venue', 'v1', 9::bigint, 'usd'), (32767, 'platform', 'platform', NULL, 'usd') $$,
    'and only its own');
SELECT is(
    (SELECT count(*) FROM payments.payment_splits WHERE connected_account_id IS NULL
        AND recipient_type <> 'platform'), 0::bigint, 'each with its account');
SELECT remember();
SELECT payments.splits_plan(tenant_a(), NULL, NULL, NULL, NULL, clock());
SELECT unchanged('none is fine');

SELECT * FROM finish();
ROLLBACK;
