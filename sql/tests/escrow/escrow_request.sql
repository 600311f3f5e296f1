BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT created_payment(tenant_a(), 'k1',
                       resale('{"conditions": ["scanned", "delivered", "scanned"]}')),
                           created_payment(tenant_a(), 'k2');
SELECT results_eq(
    $$ SELECT e.recipient_type, e.recipient_id, e.connected_account_id = account_of(tenant_a(),
              's1'), e.amount, e.held_amount, e.currency, e.status, e.hold_until
         FROM payments.escrows AS e $$,
    $$ VALUES ('seller', 's1', true, 0::bigint, 0::bigint, 'usd', 'pending', NULL::timestamp with
              time zone) $$,
    'a hold is asked for with its payment; nothing is held before the capture');
SELECT set_eq('SELECT c.name, c.confirmed_at IS NULL FROM payments.escrow_conditions AS c',
              $$ VALUES ('scanned', true), ('delivered', true) $$,
              'with its conditions, each once');
SELECT results_eq(
    $$ SELECT v.event, v.actor FROM payments.escrow_events AS v $$,
    $$ VALUES ('requested', 'fixtures') $$, 'and its history begins');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT throws_ok(
    $$ SELECT payments.escrow_request(tenant_a(), pay('k2'), 'x',
                                      '{"recipientType": "seller", "recipientId": "s1"}',
                                      clock()) $$, 'PY023', NULL,
    'whose share is held must have one');
SELECT throws_ok(
    $$ SELECT payments.escrow_request(tenant_a(), pay('k2'), 'x',
                                      '{"recipientType": "platform", "recipientId": "platform"}',
                                      clock()) $$, 'PY023', NULL,
    'the platform''s own is not held');
SELECT throws_ok(
    $$ SELECT payments.escrow_request(tenant_a(), pay('k2'), 'x',
                                      jsonb_build_object('recipientType', 'venue', 'recipientId',
                                                         'v1', 'holdUntil',
                                                         clock() + interval '91 days'), clock()) $$,
    'PY020', NULL, 'nobody''s longer than Stripe allows');
SELECT throws_ok(
    $$ SELECT payments.escrow_request(tenant_a(), pay('k2'), 'x',
                                      jsonb_build_object('recipientType', 'venue', 'recipientId',
                                                         'v1', 'holdUntil',
                                                         clock() - interval '1 second'),
                                      clock()) $$, 'PY020', NULL,
    'nor until a time that has passed');
SELECT throws_ok(
    $$ SELECT payments.escrow_request(tenant_a(), pay('k2'), 'x',
                                      '{"recipientType": "venue", "recipientId": "v1", '
                                      '"conditions": ["a", "operator_hold_2"]}', clock()) $$,
    'PY020', NULL, 'nor with a condition that would keep an operator from freezing it');
SELECT unchanged('no refused hold left anything');
SELECT lives_ok(
    $$ SELECT payments.escrow_request(tenant_a(), pay('k2'), 'x',
                                      jsonb_build_object('recipientType', 'venue', 'recipientId',
                                                         'v1', 'holdUntil',
                                                         clock() + interval '89 days'), clock()) $$,
    'eighty-nine days are');

SELECT * FROM finish();
ROLLBACK;
