BEGIN;
SELECT plan(12);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_b(), 'venue', 'v2');
SELECT enter(tenant_a());
SELECT * FROM api.connected_account_create(tenant_a(), 'sub', 'k0', '\x00',
                                           '{"recipientType": "artist", "recipientId": "a1", '
                                           '"email": "a@example.com", "country": "US"}', 20, NULL);
SELECT enter(NULL);
SET LOCAL ROLE payments_api;
CREATE FUNCTION pg_temp.ask(p_tenant_id uuid, p_key text, p_account_id uuid,
                            p_fingerprint bytea DEFAULT '\x00')
                                RETURNS TABLE (status integer, body jsonb, operation jsonb,
                                               replayed boolean, problem text, detail text)
LANGUAGE sql AS $$ SELECT *
                     FROM api.onboarding_link_create(p_tenant_id, 'sub', p_key, p_fingerprint,
                                                     p_account_id, '{}', 20, '00-trace') $$;
SELECT keep('link', operation) FROM pg_temp.ask(tenant_a(), 'k1', account_of(tenant_a(), 'v1'));
SELECT results_eq(
    $$ SELECT o ->> 'kind', o #>> '{request,params,account}', o #>> '{request,params,return_url}',
              o ->> 'leaseEpoch', o ->> 'fenced', o ->> 'traceContext'
         FROM (SELECT kept('link')::jsonb AS o) AS x $$,
    $$ VALUES ('account_link', 'acct_v1_aaaaaaaa', 'https://example.com/onboarding/return', '1',
              'true', '00-trace') $$, 'a fresh link is an operation for the request to carry');
RESET ROLE;
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_a(), 'k1', account_of(tenant_a(), 'v1')) $$, 'PY041',
                 NULL, 'the same request at the same time is refused');
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_a(), 'k1', account_of(tenant_a(), 'v1'), '\x01') $$,
                 'PY040', NULL, 'the same key for another request is refused');
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_a(), 'k2', tenant_b()) $$, 'PY010', NULL,
                 'an unknown account is refused');
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_a(), 'k2', account_of(tenant_b(), 'v2')) $$, 'PY010',
                 NULL, 'another tenant''s account is unknown');
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_a(), 'k2', account_of(tenant_a(), 'a1')) $$, 'PY030',
                 NULL, 'an account that Stripe has not opened yet is refused');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT pg_temp.ask('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'k1',
                          account_of(tenant_a(), 'v1')) $$, 'PY003', NULL,
    'an unknown tenant is refused');
RESET ROLE;
SELECT unchanged('refused requests change nothing');
SELECT enter(tenant_a());
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body ->> 'onboardingUrl'
         FROM answer_request(tenant_a(), (kept('link')::jsonb ->> 'id')::uuid, 1,
              '{"outcome": "succeeded", "object": {"url": "https://fresh", '
              '"expires_at": 4102444800}}') $$,
    $$ VALUES (201, 'https://fresh') $$, 'the request is answered with the account and its link');
SELECT results_eq(
    $$ SELECT status, body ->> 'onboardingUrl', replayed
         FROM pg_temp.ask(tenant_a(), 'k1', account_of(tenant_a(), 'v1')) $$,
    $$ VALUES (201, 'https://fresh', true) $$, 'the same key replays it');
SELECT throws_ok($$ SELECT pg_temp.ask(tenant_b(), 'k1', account_of(tenant_b(), 'v2')) $$, 'PY002',
                 NULL, 'a second tenant in one transaction is refused');
SELECT isnt(
    (SELECT operation ->> 'id' FROM pg_temp.ask(tenant_a(), 'k3', account_of(tenant_a(), 'v1'))),
    kept('link')::jsonb ->> 'id', 'another key asks for another link');

SELECT * FROM finish();
ROLLBACK;
