BEGIN;
SELECT plan(4);

SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.audits_add(
    tenant_a(), ARRAY[tenant_a(), tenant_b()], ARRAY['ana', 'bob'], 'payments.create',
    ARRAY['p1', 'p2'], 'accepted', NULL,
    ARRAY['{"subject": "eve", "action": "POST /x", "ip": "::1", "traceId": "abc", "keyId": "k"}',
          NULL]::jsonb[]);
SELECT set_eq(
    $$ SELECT id, subject, key_id, action, object_id, outcome, client_ip, trace_id
         FROM payments.audit_log WHERE object_id IN ('p1', 'p2') $$,
    $$ VALUES (tenant_a(), 'eve', 'k', 'POST /x', 'p1', 'accepted', '::1', 'abc'),
              (tenant_b(), 'bob', NULL, 'payments.create', 'p2', 'accepted', NULL, NULL) $$,
    'each call has its row, its origin before what the function says');
SELECT remember();
SELECT lives_ok($$ SELECT payments.audits_add(tenant_a(), NULL, NULL, 'x', NULL, 'accepted', NULL,
                                              NULL) $$, 'none is fine');
SELECT throws_ok(
    $$ SELECT payments.audits_add(tenant_a(), ARRAY[gen_random_uuid(), gen_random_uuid()],
                                  ARRAY['ana', NULL], 'x', NULL, 'accepted', NULL, NULL) $$,
    '23502', NULL, 'a row about nobody refuses all');
SELECT unchanged('nothing of this was written');

SELECT * FROM finish();
ROLLBACK;
