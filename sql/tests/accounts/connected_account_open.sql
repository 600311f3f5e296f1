BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT * FROM api.connected_account_create(tenant_a(), 'sub', 'k1', '\x00',
                                           '{"recipientType": "artist", "recipientId": "a1", '
                                           '"email": "a@example.com", "country": "US"}', 20,
                                           '00-trace');
SELECT keep('call', operation_of(account_of(tenant_a(), 'a1'), 'account'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.connected_account_open(operation_row(the('call')),
                                              account_object(tenant_a(), 'v1', true), clock()) $$,
    'PY033', NULL, 'another payee''s Stripe account is refused');
SELECT unchanged('the refused account changes nothing');
SELECT results_eq(
    $$ SELECT o ->> 'kind', o #>> '{request,params,account}', o #>> '{request,params,type}', o ->>
              'leaseEpoch', o ->> 'fenced', o ->> 'traceContext'
         FROM payments.connected_account_open(operation_row(the('call')),
              account_object(tenant_a(), 'a1', true), clock()) AS o $$,
    $$ VALUES ('account_link', 'acct_a1_aaaaaaaa', 'account_onboarding', '1', 'true',
               '00-trace') $$,
    'an account opened for a request hands the request its link call');
SELECT results_eq(
    $$ SELECT status, stripe_account_id, transfers_enabled
         FROM payments.connected_accounts WHERE recipient_id = 'a1' $$,
    $$ VALUES ('open', 'acct_a1_aaaaaaaa', true) $$, 'the account is open, as Stripe shows it');
SELECT results_eq(
    $$ SELECT object_type, object_id = account_of(tenant_a(), 'a1')
         FROM payments.provider_objects WHERE provider_id = 'acct_a1_aaaaaaaa' $$,
    $$ VALUES ('account', true) $$, 'whose Stripe account it is, is kept');
SELECT is((SELECT operation_id FROM payments.idempotency_keys WHERE idempotency_key = 'k1'),
          operation_of(account_of(tenant_a(), 'a1'), 'account_link'),
          'the request now waits for the link');
SELECT is(
    (SELECT round(extract(epoch FROM o.next_run_at - o.first_sent_at))
       FROM payments.stripe_operations AS o
      WHERE o.id = operation_of(account_of(tenant_a(), 'a1'), 'account_link')), 20::numeric,
    'its lease is as long as the first one was');
-- A worker carries it.
RESET ROLE;
SELECT * FROM api.connected_account_create(tenant_a(), 'sub', 'k2', '\x00',
                                           '{"recipientType": "artist", "recipientId": "a2", '
                                           '"email": "a@example.com", "country": "US"}', 20, NULL);
SELECT keep('late', operation_of(account_of(tenant_a(), 'a2'), 'account'));
SELECT finish(the('late'), '{"outcome": "unknown"}');
SELECT send(the('late'));
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.connected_account_open(operation_row(the('late')),
                                    account_object(tenant_a(), 'a2', false), clock()), NULL,
    'an account opened by a worker hands nobody a call');
SELECT results_eq(
    $$ SELECT o.state, o.first_sent_at
         FROM payments.stripe_operations AS o
        WHERE o.id = operation_of(account_of(tenant_a(), 'a2'), 'account_link') $$,
    $$ VALUES ('ready', NULL::timestamp with time zone) $$, 'its link call waits in the queue');

SELECT * FROM finish();
ROLLBACK;
