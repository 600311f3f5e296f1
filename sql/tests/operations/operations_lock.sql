BEGIN;
SELECT plan(4);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k');
SELECT keep('call', call_of(pay('k'), 'v1'));
CREATE FUNCTION pg_temp.locked(p_tenant_id uuid, VARIADIC p_ids uuid[]) RETURNS void LANGUAGE sql
AS $$ SELECT payments.operations_lock(p_tenant_id, jsonb_agg(jsonb_build_object(
          'operationId', i, 'result', '{"outcome": "not_sent"}'::jsonb)))
        FROM unnest(p_ids) AS i $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT lives_ok($$ SELECT pg_temp.locked(tenant_a(), the('call'), the('call')) $$,
                'operations are locked, named twice too');
SELECT lives_ok($$ SELECT payments.operations_lock(tenant_a(), '[]') $$, 'none is fine');
SELECT throws_ok($$ SELECT pg_temp.locked(tenant_a(), the('call'), tenant_b()) $$, 'PY010', NULL,
                 'one that is not there refuses all');
SELECT enter(tenant_b());
SELECT throws_ok($$ SELECT pg_temp.locked(tenant_b(), the('call')) $$, 'PY010', NULL,
                 'another tenant''s operation does not exist');

SELECT * FROM finish();
ROLLBACK;
