BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT enter(NULL);
CREATE FUNCTION pg_temp.request(p_key text, p_subject text DEFAULT 'svc') RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object('subject', p_subject, 'idempotencyKey', p_key) $$;
SELECT count(*) FROM api.payment_create(tenant_a(), 'svc', 'k1', '\x01', payment_request(), 20,
                                        NULL);
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.requests_are_new(tenant_a(),
                              jsonb_build_array(pg_temp.request('k2'), pg_temp.request('k3'))),
    true, 'keys never seen are new');
SELECT is(
    payments.requests_are_new(tenant_a(),
                              jsonb_build_array(pg_temp.request('k2'), pg_temp.request('k1'))),
    false, 'one that was seen makes the batch old');
SELECT is(
    payments.requests_are_new(tenant_a(),
                              jsonb_build_array(pg_temp.request('k2'), pg_temp.request('k2'))),
    false, 'so does one that comes twice');
SELECT is(payments.requests_are_new(tenant_a(), jsonb_build_array(pg_temp.request('k1', 'other'))),
          true, 'another subject''s key is another key');
RESET ROLE;
DELETE FROM payments.idempotency_keys WHERE idempotency_key = 'k1';
SET LOCAL ROLE payments_definer;
SELECT is(payments.requests_are_new(tenant_a(), jsonb_build_array(pg_temp.request('k1'))), false,
          'a call that outlived its key is not new either');
SELECT is(payments.requests_are_new(tenant_a(), '[]'), true, 'none is fine');
SELECT enter(tenant_b());
SELECT is(payments.requests_are_new(tenant_b(), jsonb_build_array(pg_temp.request('k1'))), true,
          'another tenant''s key is another key');

SELECT * FROM finish();
ROLLBACK;
