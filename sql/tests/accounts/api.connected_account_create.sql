BEGIN;
SELECT plan(17);

SELECT enter(NULL);
SET LOCAL ROLE payments_api;
CREATE FUNCTION pg_temp.ask(p_tenant_id uuid, p_key text, p_recipient text,
                            p_fingerprint bytea DEFAULT '\x00')
                                RETURNS TABLE (status integer, body jsonb, operation jsonb,
                                               replayed boolean, problem text, detail text)
LANGUAGE sql AS $$ SELECT *
                     FROM api.connected_account_create(p_tenant_id, 'sub', p_key, p_fingerprint,
                                                       jsonb_build_object('recipientType', 'venue',
                                                           'recipientId', p_recipient,
    'email', 'v@example.com', 'country', 'US', 'businessName', 'Club'), 20, '00-trace') $$;
SELECT results_eq(
    $$ SELECT status, body, operation ->> 'kind', operation ->> 'leaseEpoch', operation ->>
              'fenced', operation ->> 'traceContext', replayed, problem
         FROM pg_temp.ask(tenant_a(), 'k1', 'v1') $$,
    $$ VALUES (NULL::integer, NULL::jsonb, 'account', '1', 'true', '00-trace', false,
               NULL::text) $$,
    'a new account is an operation for the request to carry');
RESET ROLE;
SELECT results_eq(
    $$ SELECT status, recipient_type, recipient_id, email, country, business_name,
              stripe_account_id, transfers_enabled
         FROM payments.connected_accounts $$,
    $$ VALUES ('creating', 'venue', 'v1', 'v@example.com', 'US', 'Club', NULL::text, false) $$,
    'the account is written as being created');
SELECT is((SELECT o.request FROM payments.stripe_operations AS o),
          payments.account_request(tenant_a(), account_of(tenant_a(), 'v1'),
                                   operation_of(account_of(tenant_a(), 'v1'), 'account'),
    '{"recipientType": "venue", "recipientId": "v1", "email": "v@example.com", "country": "US", '
    '"businessName": "Club"}'), 'its request is frozen');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_a(), 'k1', 'v1') $$, 'PY041', NULL,
                 'the same request at the same time is refused');
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_a(), 'k1', 'v1', '\x01') $$, 'PY040', NULL,
                 'the same key for another request is refused');
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_a(), 'k2', 'v1') $$, 'PY031', NULL,
                 'a second account of a recipient is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT pg_temp.ask('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'k1', 'v1') $$,
                 'PY003', NULL, 'an unknown tenant is refused');
RESET ROLE;
SELECT unchanged('refused requests change nothing');
SET LOCAL ROLE payments_api;
SELECT enter(tenant_a());
SELECT is(
    (SELECT problem FROM answer_request(tenant_a(),
                                            operation_of(account_of(tenant_a(), 'v1'), 'account'),
                                            1, '{"outcome": "failed", "code": '
                                               '"country_unsupported", "message": "No."}')),
    'validation_failed', 'Stripe may refuse it');
SELECT is((SELECT operation ->> 'leaseEpoch' FROM pg_temp.ask(tenant_a(), 'k3', 'v1')), '1',
          'a recipient whose account was refused may ask again, under another key');
SELECT is((SELECT problem FROM pg_temp.ask(tenant_a(), 'k1', 'v1')), 'validation_failed',
          'the refused key stays refused');
RESET ROLE;
SELECT results_eq(
    $$ SELECT status, disabled_reason FROM payments.connected_accounts $$,
    $$ VALUES ('creating', NULL::text) $$, 'the account is being created again');
SELECT is((SELECT count(*) FROM payments.connected_accounts), 1::bigint, 'it is the same account');
SELECT enter(NULL);
SET LOCAL ROLE payments_api;
SELECT is((SELECT operation ->> 'kind' FROM pg_temp.ask(tenant_b(), 'k1', 'v1')), 'account',
          'another tenant''s recipient of the same name is another');
RESET ROLE;
UPDATE payments.tenants SET status = 'disabled' WHERE tenant_id = tenant_b();
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_b(), 'k9', 'v9') $$, 'PY003', NULL,
                 'a disabled tenant is refused');
RESET ROLE;
SELECT unchanged('and nothing is written for it');
-- What was accepted before still ends.
SELECT is(
    (SELECT operation ->> 'kind'
       FROM answer_request(tenant_b(), operation_of(account_of(tenant_b(), 'v1'), 'account'), 1,
                               jsonb_build_object('outcome', 'succeeded',
    'object', account_object(tenant_b(), 'v1', true)))), 'account_link',
    'what a tenant asked for before it was disabled still goes on');

SELECT * FROM finish();
ROLLBACK;
