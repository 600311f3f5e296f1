BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
CREATE ROLE tap_ana LOGIN IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_ana');
SELECT enter(tenant_a());
SELECT payments.discrepancy_note(tenant_a(), 'platform', 'missing_here', 'refund', x, NULL, '2',
                                 NULL, 5, 'usd', to_timestamp(1))
                                     FROM unnest(ARRAY['re_1', 're_2']) AS x;
UPDATE payments.discrepancies SET state = 'closed', ended_at = clock() WHERE provider_id = 're_2';
SELECT keep('d', id) FROM payments.discrepancies WHERE provider_id = 're_1';
SELECT keep('closed', id) FROM payments.discrepancies WHERE provider_id = 're_2';
SELECT enter(NULL), remember();
SET LOCAL SESSION AUTHORIZATION tap_ana;
SELECT throws_ok($$ SELECT ops.discrepancy_resolve(tenant_a(), the('d'), '') $$, 'PY020', NULL,
                 'an explanation says something');
SELECT throws_ok($$ SELECT ops.discrepancy_resolve(tenant_a(), the('d'), NULL) $$, 'PY020', NULL,
                 'null says nothing');
SELECT throws_ok($$ SELECT ops.discrepancy_resolve(tenant_a(), tenant_a(), 'x') $$, 'PY010', NULL,
                 'of an item that is there');
SELECT throws_ok($$ SELECT ops.discrepancy_resolve(tenant_a(), the('closed'), 'x') $$, 'PY030',
                 NULL, 'and open');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT ops.discrepancy_resolve(tenant_b(), the('d'), 'x') $$, 'PY070', NULL,
                 'and of a tenant one may look at');
RESET SESSION AUTHORIZATION;
SELECT unchanged('a refused explanation changes nothing');
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_ana;
SELECT is(ops.discrepancy_resolve(tenant_a(), the('d'), 'goodwill'), 'resolved', 'explained');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT state, note, resolved_by, ended_at IS NOT NULL
         FROM payments.discrepancies WHERE id = the('d') $$,
    $$ VALUES ('resolved', 'goodwill', 'tap_ana', true) $$, 'with the note, and by whom');

SELECT * FROM finish();
ROLLBACK;
