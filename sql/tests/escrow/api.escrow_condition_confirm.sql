BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'seller', 's1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k1', resale('{"conditions": ["scanned", "delivered"]}')),
       settled_payment(tenant_a(), 'k2', resale('{"conditions": ["scanned"]}'));
SELECT keep('e', escrow_of(pay('k1'))), keep('over', escrow_of(pay('k2'))),
       keep('none', gen_random_uuid()), refund(pay('k2'), 'r');
CREATE FUNCTION pg_temp.confirm(p_key text, p_escrow text, p_name text,
                                p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.escrow_condition_confirm(tap_helpers.tenant_a(), 'svc', p_key,
                                                 p_fingerprint, tap_helpers.the(p_escrow), p_name,
                                                 '{"evidence": "gate 4"}', 20) $$;
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.confirm('x', 'none', 'scanned') $$, 'PY010', NULL,
                 'an unknown escrow is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.confirm('x', 'e', 'sung') $$, 'PY010', NULL,
                 'so is a condition it does not have');
SELECT throws_ok($$ SELECT * FROM pg_temp.confirm('x', 'over', 'scanned') $$, 'PY030', NULL,
                 'and one of an escrow that is over');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.escrow_condition_confirm(tenant_b(), 'svc', 'x', '\x01', the('e'),
                                                  'scanned', '{"evidence": "x"}', 20) $$, 'PY010',
    NULL, 'another tenant''s is not there');
SELECT unchanged('no refused confirmation left anything');
SELECT enter(NULL);
SELECT results_eq(
    $$ SELECT status, replayed FROM pg_temp.confirm('c1', 'e', 'scanned') $$,
    $$ VALUES (200, false) $$, 'a condition is confirmed');
RESET ROLE;
SELECT results_eq(
    $$ SELECT c.evidence, c.confirmed_by, c.confirmed_at IS NOT NULL
         FROM payments.escrow_conditions AS c
        WHERE c.escrow_id = the('e') AND c.name = 'scanned' $$,
    $$ VALUES ('gate 4', 'svc', true) $$, 'with its evidence and by whom');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, replayed FROM pg_temp.confirm('c1', 'e', 'scanned') $$,
    $$ VALUES (200, true) $$, 'the key again replays the answer');
SELECT throws_ok($$ SELECT * FROM pg_temp.confirm('c2', 'e', 'scanned') $$, 'PY030', NULL,
                 'it is confirmed once');
SELECT throws_ok($$ SELECT * FROM pg_temp.confirm('c1', 'e', 'delivered', '\x02') $$, 'PY040', NULL,
                 'a key is of one request');
SELECT unchanged('none of it changes anything');
SELECT is(
    (SELECT jsonb_path_query_array(body, '$.conditions[*].confirmedBy')
       FROM pg_temp.confirm('c3', 'e', 'delivered')), '["svc", "svc"]',
    'the answer is the escrow with all its conditions');

SELECT * FROM finish();
ROLLBACK;
