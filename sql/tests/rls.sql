-- Whose rows are whose, tried as the roles of production. A superuser only plants the rows: row
-- security binds no superuser. That a tenant does not stay entered after COMMIT needs real
-- transactions: tests/integration/test_tenant_context.py.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(59);

-- ── two tenants with a row in every table ────────────────────────────────────────────────────
CREATE ROLE tap_rls_ana LOGIN IN ROLE payments_operator;
CREATE ROLE tap_rls_service LOGIN IN ROLE payments_api, payments_webhook, payments_worker;
SELECT everything();
SELECT keep('payments', (SELECT array_agg(p.id ORDER BY p.id::text)
                           FROM payments.payment_transactions AS p WHERE p.tenant_id = tenant_a()));
SELECT keep('settled', payment_of(tenant_b(), 'settled')),
       keep('held', payment_of(tenant_b(), 'held')),
       keep('asked', operation_of(payment_of(tenant_b(), 'asked'), 'intent'));
SELECT keep('transfer', transfer_of(the('settled'), 'v1'));
SELECT keep('account', account_of(tenant_b(), 'v1'));
SELECT ops.tenant_member_add(tenant_a(), 'tap_rls_ana');
SELECT enter(NULL);
-- Rows of each tenant that whoever asks can see.
CREATE FUNCTION pg_temp.seen() RETURNS TABLE (name text, tenant_id uuid, rows bigint)
    LANGUAGE plpgsql AS $$
BEGIN
    FOR name IN SELECT t.name FROM tenant_tables AS t ORDER BY t.name LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L, r.tenant_id, count(*) FROM payments.%I AS r GROUP BY r.tenant_id', name,
            name);
    END LOOP;
END
$$;
CREATE TEMP TABLE truth AS SELECT * FROM pg_temp.seen();
-- What each table answers to a statement, with %1$I for its name and %2$L for the other tenant.
CREATE FUNCTION pg_temp.answers(p_statement text) RETURNS TABLE (name text, state text)
    LANGUAGE plpgsql AS $$
DECLARE
    v_rows bigint;
BEGIN
    FOR name IN SELECT t.name FROM tenant_tables AS t ORDER BY t.name LOOP
        BEGIN
            EXECUTE format(p_statement, name, tap_helpers.tenant_b());
            GET DIAGNOSTICS v_rows = ROW_COUNT;
            state := v_rows || ' rows';
        EXCEPTION WHEN OTHERS THEN
            state := SQLSTATE;
        END;
        RETURN NEXT;
    END LOOP;
END
$$;
-- What a trigger refuses must not hide that the right was there.
CREATE FUNCTION pg_temp.unguard() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN SELECT t.name FROM tenant_tables AS t LOOP
        EXECUTE format('ALTER TABLE payments.%I DISABLE TRIGGER USER', v_table);
    END LOOP;
END
$$;
GRANT SELECT ON truth, tap_helpers.tenant_tables TO PUBLIC;
SELECT set_eq('SELECT name, tenant_id FROM truth',
              'SELECT name, unnest(ARRAY[tenant_a(), tenant_b()]) FROM tenant_tables',
    'both tenants have rows in every table of tenants');
SELECT remember();

-- ── reading: the functions' owner, and the tables' owner ─────────────────────────────────────
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM pg_temp.seen()',
                'without a tenant the functions see no row in any table');
SELECT enter(tenant_a());
SELECT set_eq('SELECT * FROM pg_temp.seen()', 'SELECT * FROM truth WHERE tenant_id = tenant_a()',
    'inside a tenant they see all of its rows and nobody else''s');
SELECT enter(tenant_b());
SELECT set_eq('SELECT * FROM pg_temp.seen()', 'SELECT * FROM truth WHERE tenant_id = tenant_b()',
              'the same holds for the other tenant');
SELECT enter('cccccccc-cccc-4ccc-8ccc-cccccccccccc');
SELECT is_empty('SELECT * FROM pg_temp.seen()',
                'inside a tenant that has nothing they see nothing');
SELECT set_config('app.current_tenant_id', 'nonsense', true);
SELECT throws_ok('SELECT * FROM pg_temp.seen()', '22P02', NULL,
                 'a context that is no tenant is an error, not a way in');
SELECT enter(tenant_a());
SELECT set_eq('SELECT DISTINCT tenant_id FROM payments.pending_transfers', 'VALUES (tenant_a())',
              'a view shows no more than its tables');
SELECT throws_ok('SELECT * FROM payments.webhook_inbox', '42501', NULL,
                 'the functions of tenants have no right to the inbox');
SELECT throws_ok('SELECT * FROM payments.provider_rates', '42501', NULL, 'nor to the rates');
SELECT enter(NULL);
SET LOCAL ROLE payments_owner;
SELECT is_empty('SELECT * FROM pg_temp.seen()',
                'without a tenant the owner of the tables sees no row either');
SELECT enter(tenant_a());
SELECT set_eq('SELECT * FROM pg_temp.seen()', 'SELECT * FROM truth WHERE tenant_id = tenant_a()',
              'and inside a tenant just its rows');
SELECT is_empty('SELECT * FROM payments.webhook_inbox',
                'the owner of the tables sees nothing of the inbox');
SET LOCAL row_security = off;
SELECT throws_ok('SELECT * FROM payments.payment_transactions', '42501', NULL,
                 'with row security off a forgotten policy is an error, not silence');
SET LOCAL row_security = on;
SET LOCAL ROLE payments_system;
SELECT enter(NULL);
SELECT set_eq('SELECT DISTINCT tenant_id FROM payments.stripe_operations',
              'VALUES (tenant_a()), (tenant_b())',
              'payments_system sees across tenants what it has to');
SELECT throws_ok('SELECT request FROM payments.stripe_operations', '42501', NULL,
                 'but not what is asked of Stripe');
SELECT throws_ok('SELECT name FROM payments.tenants', '42501', NULL, 'nor the tenants'' names');
SELECT throws_ok('SELECT amount FROM payments.ledger_postings', '42501', NULL, 'nor any amount');
SELECT throws_ok('SELECT * FROM payments.payment_transactions', '42501', NULL, 'nor any payment');
SELECT throws_ok($$ UPDATE payments.stripe_operations SET state = 'ready' $$, '42501', NULL,
                 'and it changes nothing of a tenant');

-- ── writing ──────────────────────────────────────────────────────────────────────────────────
SET LOCAL ROLE payments_owner;
SELECT enter(tenant_a());
SELECT is_empty($$
    SELECT * FROM pg_temp.answers($q$
        INSERT INTO payments.%1$I
        SELECT (jsonb_populate_record(r, jsonb_build_object('tenant_id', %2$L))).*
          FROM payments.%1$I AS r LIMIT 1 $q$) AS w
     WHERE w.state <> 'PY002'
$$, 'inside a tenant no table takes another tenant''s row: the guard refuses it');
SELECT is_empty($$
    SELECT * FROM pg_temp.answers('DELETE FROM payments.%1$I WHERE tenant_id = %2$L') AS w
     WHERE w.state NOT IN ('0 rows', 'PY060')
$$, 'inside a tenant no row of another tenant is there to delete');
SELECT is_empty($$
    SELECT * FROM pg_temp.answers(
        'UPDATE payments.%1$I SET tenant_id = tenant_id WHERE tenant_id = %2$L') AS w
     WHERE w.state NOT IN ('0 rows', 'PY060')
$$, 'inside a tenant no row of another tenant is there to change');
SELECT unchanged('no write of the tables'' owner reached the other tenant');
RESET ROLE;
SAVEPOINT guarded;
SELECT pg_temp.unguard();
SET LOCAL ROLE payments_owner;
SELECT is_empty($$
    SELECT * FROM pg_temp.answers($q$
        INSERT INTO payments.%1$I
        SELECT (jsonb_populate_record(r, jsonb_build_object('tenant_id', %2$L))).*
          FROM payments.%1$I AS r LIMIT 1 $q$) AS w
     WHERE w.state <> '42501'
$$, 'without the guard WITH CHECK refuses another tenant''s row, in every table');
SELECT is_empty($$
    SELECT * FROM pg_temp.answers('UPDATE payments.%1$I SET tenant_id = %2$L') AS w
     WHERE w.state <> '42501'
$$, 'without the guard WITH CHECK refuses to give a row away, in every table');
SELECT enter(NULL);
SELECT is_empty($$
    SELECT * FROM pg_temp.answers('INSERT INTO payments.%1$I (tenant_id) VALUES (%2$L)') AS w
     WHERE w.state <> '42501'
$$, 'without a tenant no row is written at all');
SELECT is_empty($$
    SELECT * FROM pg_temp.answers('DELETE FROM payments.%1$I') AS w WHERE w.state <> '0 rows'
$$, 'without a tenant none is deleted');
RESET ROLE;
ROLLBACK TO SAVEPOINT guarded;
SELECT unchanged('nothing of all this stayed');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT throws_ok($$ UPDATE payments.payment_transactions SET tenant_id = tenant_b() $$, '42501',
                 NULL, 'the functions have no right to give a payment away');
SELECT throws_ok($$ UPDATE payments.payment_transactions SET amount = 1 $$, '42501', NULL,
                 'nor to change an amount');
SELECT throws_ok($$ DELETE FROM payments.payment_transactions $$, '42501', NULL,
                 'nor to delete a payment');

-- ── callers: no table, only functions ────────────────────────────────────────────────────────
RESET ROLE;
CREATE FUNCTION pg_temp.caller_answers() RETURNS TABLE (role text, state text, tables bigint)
    LANGUAGE plpgsql AS $$
BEGIN
    FOREACH role IN ARRAY ARRAY['payments_api', 'payments_webhook', 'payments_worker',
                                'payments_analyst', 'payments_operator'] LOOP
        EXECUTE format('SET LOCAL ROLE %I', role);
        RETURN QUERY
        SELECT role, w.state, count(*)
          FROM unnest(ARRAY['SELECT FROM payments.%1$I',
                            'INSERT INTO payments.%1$I (tenant_id) VALUES (tap_helpers.tenant_a())',
                            'UPDATE payments.%1$I SET tenant_id = tap_helpers.tenant_a()',
                            'DELETE FROM payments.%1$I',
                            'TRUNCATE payments.%1$I CASCADE']) AS s (statement)
         CROSS JOIN LATERAL pg_temp.answers(s.statement) AS w
         GROUP BY w.state;
        RESET ROLE;
    END LOOP;
END
$$;
SELECT enter(tenant_a());
SELECT set_eq('SELECT * FROM pg_temp.caller_answers()', $$
    SELECT r AS role, '42501' AS state, 5 * (SELECT count(*) FROM tenant_tables) AS tries
      FROM unnest(ARRAY['payments_api', 'payments_webhook', 'payments_worker', 'payments_analyst',
                        'payments_operator']) AS r
$$, 'no caller reads or writes any table, with a tenant set by hand or not');
SAVEPOINT closed;
SELECT pg_temp.unguard();
GRANT USAGE ON SCHEMA payments TO payments_api, payments_webhook, payments_worker, payments_analyst,
    payments_operator;
SELECT set_eq('SELECT * FROM pg_temp.caller_answers()', $$
    SELECT r AS role, '42501' AS state, 5 * (SELECT count(*) FROM tenant_tables) AS tries
      FROM unnest(ARRAY['payments_api', 'payments_webhook', 'payments_worker', 'payments_analyst',
                        'payments_operator']) AS r
$$, 'nor would it with the schema open: no caller has a right on any table');
ROLLBACK TO SAVEPOINT closed;
SELECT unchanged('no caller changed a row');

-- ── the service's login, through its functions ───────────────────────────────────────────────
SET LOCAL SESSION AUTHORIZATION tap_rls_service;
SELECT set_config('app.current_tenant_id', tenant_b()::text, true);
SELECT throws_ok($$ SELECT api.payment_list(tenant_a(), '{}', 20) $$, 'PY002', NULL,
                 'a tenant set by hand beforehand does not mix with the one asked for');
SELECT set_config('app.current_tenant_id', 'nonsense', true);
SELECT throws_ok($$ SELECT api.payment_list(tenant_a(), '{}', 20) $$, 'PY002', NULL,
                 'nor does nonsense');
SELECT enter(NULL);
SELECT is(
    (SELECT array_agg(d ->> 'id' ORDER BY d ->> 'id')
       FROM jsonb_array_elements(api.payment_list(tenant_a(), '{}', 20) -> 'data') AS d)::text,
    kept('payments'), 'a tenant lists just its own payments');
SELECT throws_ok($$ SELECT api.payment_get(tenant_a(), the('settled')) $$, 'PY010', NULL,
                 'a tenant does not get another''s payment');
SELECT throws_ok($$ SELECT api.transfer_get(tenant_a(), the('transfer')) $$, 'PY010', NULL,
                 'nor another''s transfer');
SELECT throws_ok($$ SELECT api.connected_account_get(tenant_a(), the('account')) $$, 'PY010', NULL,
                 'nor another''s account');
SELECT throws_ok($$
    SELECT * FROM api.payment_capture(tenant_a(), 'svc', 'x', '\x01', the('held'), '{}', 20)
$$, 'PY010', NULL, 'a tenant does not capture another''s payment');
SELECT throws_ok($$
    SELECT * FROM api.payment_cancel(tenant_a(), 'svc', 'x', '\x01', the('held'), '{}', 20)
$$, 'PY010', NULL, 'nor cancel it');
SELECT throws_ok($$
    SELECT * FROM api.onboarding_link_create(tenant_a(), 'svc', 'x', '\x01', the('account'), '{}',
                                             20)
$$, 'PY010', NULL, 'nor ask for another''s onboarding link');
SELECT throws_ok($$
    SELECT * FROM answer_request(tenant_a(), the('asked'), 1, '{"outcome": "failed"}')
$$, 'PY010', NULL, 'an operation of another tenant cannot be finished');
SELECT throws_ok($$
    SELECT * FROM api.results_record(tenant_a(), jsonb_build_array(
        '{"leaseEpoch": 1, "result": {"outcome": "failed"}}'
        || jsonb_build_object('operationId', the('asked'))))
$$, 'PY010', NULL, 'nor in a batch');
SELECT is_empty($$
    SELECT * FROM api.operations_fence(tenant_a(), ARRAY[the('asked')], ARRAY[1::bigint], 20)
$$, 'nor fenced');
SELECT is(api.operations_release(tenant_a(), ARRAY[the('asked')], ARRAY[1::bigint]), 0,
          'nor released');
SELECT results_eq($$
    SELECT e.state FROM api.inbox_apply(tenant_a(), 'platform', 'evt_x',
        event('payment_intent.canceled', intent_object(the('held'), 'canceled'))) AS e
$$, $$ VALUES ('waiting') $$, 'an event about another tenant''s payment finds nothing');
RESET SESSION AUTHORIZATION;
SELECT unchanged('no function of one tenant changed a row of the other');
SET LOCAL SESSION AUTHORIZATION tap_rls_service;
SELECT is(
    (SELECT count(*) FROM api.operations_claim_and_fence(tenant_a(), 'w', 100, 20) AS c
      WHERE c.operation ->> 'tenantId' <> tenant_a()::text), 0::bigint,
    'a worker claims just the operations of the tenant it goes to');
RESET SESSION AUTHORIZATION;
SELECT is(
    (SELECT count(*) FROM payments.stripe_operations
      WHERE tenant_id = tenant_b() AND leased_by = 'w'), 0::bigint,
    'and leases none of another''s');

-- ── people ───────────────────────────────────────────────────────────────────────────────────
SELECT enter(NULL);
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_rls_ana;
CREATE FUNCTION pg_temp.ops_answers(p_tenant uuid) RETURNS TABLE (call text, state text)
    LANGUAGE plpgsql AS $$
BEGIN
    FOREACH call IN ARRAY ARRAY['ops.ledger_balances(%L)', 'ops.transfers_pending(%L)',
                                'ops.operations_stuck(%L)',
                                'ops.operation_retry(%L, gen_random_uuid())',
                                'ops.split_rule_set(%L, ''venue'', ''tap'', ''[]'')'] LOOP
        BEGIN
            EXECUTE format('SELECT * FROM ' || call, p_tenant);
            state := 'answered';
        EXCEPTION WHEN OTHERS THEN
            state := SQLSTATE;
        END;
        RETURN NEXT;
    END LOOP;
END
$$;
SELECT set_eq('SELECT DISTINCT state FROM pg_temp.ops_answers(tenant_b())', $$ VALUES ('PY070') $$,
              'an operator is refused a tenant they are no member of, by every function');
SELECT set_config('app.current_tenant_id', tenant_b()::text, true);
SELECT set_eq('SELECT DISTINCT state FROM pg_temp.ops_answers(tenant_b())', $$ VALUES ('PY070') $$,
              'entering it by hand does not help');
SELECT set_eq('SELECT DISTINCT state FROM pg_temp.ops_answers(tenant_a())', $$ VALUES ('PY002') $$,
              'and then not even their own tenant answers');
SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SELECT unchanged('no refused function changed a row');
SET LOCAL SESSION AUTHORIZATION tap_rls_ana;
SELECT set_eq('SELECT DISTINCT state FROM pg_temp.ops_answers(tenant_a())',
              $$ VALUES ('answered'), ('PY010') $$, 'their own tenant answers');
SELECT set_eq('SELECT tenant_id FROM ops.tenant_list()', 'VALUES (tenant_a())',
              'their list of tenants has just that one');
SELECT throws_ok($$ SET ROLE payments_definer $$, '42501', NULL,
                 'an operator cannot become the functions'' owner');
SELECT throws_ok($$ SET ROLE payments_api $$, '42501', NULL, 'nor the service');

SELECT * FROM finish();
ROLLBACK;
