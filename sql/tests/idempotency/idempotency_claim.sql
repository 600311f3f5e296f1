BEGIN;
SELECT plan(12);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
CREATE FUNCTION pg_temp.call(p_key text, p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object(
          'keyId', payments.idempotency_id(tap_helpers.tenant_a(), 'fixtures', 'payments.create',
                                           p_key),
          'subject', 'fixtures', 'idempotencyKey', p_key, 'fingerprint', '00',
          'operationId', payments.id_derive(tap_helpers.tenant_a(), 'intent', 'fixtures', p_key),
          'objectId', 'object ' || p_key) || p_more $$;
CREATE FUNCTION pg_temp.claimed(VARIADIC p_calls jsonb[]) RETURNS bigint[] LANGUAGE sql
AS $$ SELECT payments.idempotency_claim(tap_helpers.tenant_a(), 'payments.create',
                                        to_jsonb(p_calls)) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(pg_temp.claimed(pg_temp.call('b'), pg_temp.call('k1'), pg_temp.call('a'),
                          pg_temp.call('b')), '{1,3}',
          'those that are new are claimed, one that comes twice once');
SELECT results_eq(
    $$ SELECT id, subject, route, fingerprint, operation_id, completed_at
         FROM payments.idempotency_keys WHERE idempotency_key = 'a' $$,
    $$ VALUES ((pg_temp.call('a') ->> 'keyId')::uuid, 'fixtures', 'payments.create',
               '\x00'::bytea, (pg_temp.call('a') ->> 'operationId')::uuid, NULL::timestamptz) $$,
    'each for the operation that will answer it');
SELECT results_eq(
    $$ SELECT subject, action, object_id, outcome FROM payments.audit_log
        WHERE object_id LIKE 'object %' ORDER BY object_id $$,
    $$ VALUES ('fixtures', 'payments.create', 'object a', 'accepted'),
              ('fixtures', 'payments.create', 'object b', 'accepted') $$,
    'the audit log has a row for each that was claimed');
SELECT is(
    pg_temp.claimed(pg_temp.call('c', '{"origin": {"subject": "ann", "action": "x", "ip": "::1",
                                                   "keyId": "key 1", "traceId": "t1"}}')), '{1}',
    'a call may say where it came from');
SELECT results_eq(
    $$ SELECT subject, action, client_ip, key_id, trace_id FROM payments.audit_log
        WHERE object_id = 'object c' $$,
    $$ VALUES ('ann', 'x', '::1', 'key 1', 't1') $$,
    'and the log says so: the person who asks before the service');
SELECT remember();
SELECT is(pg_temp.claimed(pg_temp.call('a'), pg_temp.call('k1')), '{}', 'a key is claimed once');
SELECT is(payments.idempotency_claim(tenant_a(), 'payments.create', NULL), '{}', 'none is fine');
SELECT throws_ok($$ SELECT pg_temp.claimed(pg_temp.call('')) $$, '23514', NULL,
                 'an empty key is refused');
SELECT unchanged('none of these changes anything');
RESET ROLE;
DELETE FROM payments.idempotency_keys WHERE idempotency_key = 'k1';
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT throws_ok($$ SELECT pg_temp.claimed(pg_temp.call('d'), pg_temp.call('k1')) $$, 'PY040', NULL,
                 'a key whose call outlived it is spent, and refuses them all');
SELECT unchanged('and changes nothing');
SELECT is(pg_temp.claimed(pg_temp.call('k1', jsonb_build_object('keyId', tenant_b(),
                                                                'subject', 'other'))), '{1}',
          'another subject''s key is another key');

SELECT * FROM finish();
ROLLBACK;
