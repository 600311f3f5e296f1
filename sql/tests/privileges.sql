-- Who may do what, in full: the mirror of sql/policies/grants.sql, read from the catalog. A grant
-- added or lost fails here.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(34);

CREATE TEMP VIEW our_functions AS
SELECT p.oid, p.oid::regprocedure::text AS signature, n.nspname AS schema,
       p.proowner::regrole::text AS owner,
       p.prosecdef AS definer, p.proconfig AS settings, l.lanname AS language, p.proacl
  FROM pg_proc AS p
  JOIN pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname IN ('payments', 'api', 'ops')
  JOIN pg_language AS l ON l.oid = p.prolang;
CREATE TEMP VIEW our_roles AS
SELECT r.oid, r.rolname FROM pg_roles AS r
 WHERE r.rolname IN ('payments_owner', 'payments_definer', 'payments_system', 'payments_api',
                     'payments_webhook', 'payments_worker', 'payments_analyst',
                     'payments_operator', 'payments_backup');
CREATE TEMP VIEW our_relations AS
SELECT c.oid, c.relname, c.relowner::regrole::text AS owner, c.relacl, c.relkind
  FROM pg_class AS c
 WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f');
GRANT SELECT ON our_functions, our_roles, our_relations TO PUBLIC;

-- ── roles ────────────────────────────────────────────────────────────────────────────────────
SELECT is((SELECT count(*) FROM our_roles), 9::bigint, 'the nine roles of the service exist');
SELECT is_empty($$
    SELECT r.rolname FROM pg_roles AS r JOIN our_roles AS o ON o.oid = r.oid
     WHERE r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
$$, 'no role of ours logs in, is a superuser or creates roles and databases');
SELECT is_empty($$
    SELECT r.rolname FROM pg_roles AS r JOIN our_roles AS o ON o.oid = r.oid
     WHERE r.rolbypassrls AND r.rolname <> 'payments_backup'
$$, 'no role of ours but the backup passes row security by');
SELECT is_empty($$
    SELECT m.roleid::regrole, m.member::regrole FROM pg_auth_members AS m
     WHERE m.roleid IN (SELECT oid FROM our_roles) AND m.member IN (SELECT oid FROM our_roles)
$$, 'no role of ours is a member of another');
SELECT is_empty($$
    SELECT m.member::regrole FROM pg_auth_members AS m
      JOIN pg_roles AS r ON r.oid = m.member
     WHERE m.member IN (SELECT oid FROM our_roles)
$$, 'no role of ours is a member of anything');

-- ── schemas ──────────────────────────────────────────────────────────────────────────────────
SELECT set_eq($$
    SELECT n.nspname::text,
           CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type
      FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
     WHERE n.nspname IN ('payments', 'api', 'ops')
$$, $$
    SELECT s, 'payments_owner', p FROM unnest(ARRAY['payments', 'api', 'ops']) AS s,
           unnest(ARRAY['USAGE', 'CREATE']) AS p
    UNION ALL
    SELECT s, r, 'USAGE' FROM unnest(ARRAY['payments', 'api', 'ops']) AS s,
                              unnest(ARRAY['payments_definer', 'payments_system']) AS r
    UNION ALL
    VALUES ('api', 'payments_api', 'USAGE'), ('api', 'payments_webhook', 'USAGE'),
           ('api', 'payments_worker', 'USAGE'), ('ops', 'payments_analyst', 'USAGE'),
           ('ops', 'payments_operator', 'USAGE'), ('payments', 'payments_backup', 'USAGE')
$$, 'each role uses just its schemas, and only the tables'' owner creates in them');
SELECT is_empty($$
    SELECT n.nspname FROM pg_namespace AS n
     WHERE n.nspname IN ('payments', 'api', 'ops') AND n.nspowner <> 'payments_owner'::regrole
$$, 'the schemas belong to payments_owner');

-- ── execute ──────────────────────────────────────────────────────────────────────────────────
SELECT is_empty($$
    SELECT f.signature FROM our_functions AS f
     WHERE f.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(f.proacl) AS a WHERE a.grantee = 0)
$$, 'nobody may execute a function only because everybody may');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_api', f.oid, 'EXECUTE')
$$, ARRAY[
    -- payments
    'api.payment_cancel(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.payment_capture(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.payment_get(uuid,uuid)',
    'api.payment_list(uuid,jsonb,integer,text)',
    'api.payments_create(uuid,jsonb,numeric)',
    -- transfers
    'api.transfer_get(uuid,uuid)',
    'api.transfer_list(uuid,jsonb,integer,text)',
    -- refunds
    'api.refund_create(uuid,text,text,bytea,jsonb,numeric,text,jsonb)',
    'api.refund_get(uuid,uuid)',
    'api.refund_list(uuid,jsonb,integer,text)',
    -- cancellations
    'api.refund_batch_get(uuid,uuid)',
    'api.show_cancel(uuid,text,text,bytea,text,jsonb,numeric,text,jsonb)',
    -- escrow
    'api.escrow_cancel(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.escrow_condition_confirm(uuid,text,text,bytea,uuid,text,jsonb,numeric,text,jsonb)',
    'api.escrow_get(uuid,uuid)',
    'api.escrow_release(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    -- disputes
    'api.dispute_evidence_submit(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.dispute_get(uuid,uuid)',
    'api.dispute_list(uuid,jsonb,integer,text)',
    -- distributions
    'api.distribution_create(uuid,text,text,bytea,jsonb,numeric,text,jsonb)',
    'api.distribution_get(uuid,uuid)',
    -- accounts
    'api.connected_account_create(uuid,text,text,bytea,jsonb,numeric,text,jsonb)',
    'api.connected_account_get(uuid,uuid)',
    'api.onboarding_link_create(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    -- screening
    'api.review_decide(uuid,text,text,bytea,uuid,text,jsonb,numeric,text,jsonb)',
    'api.review_list(uuid,jsonb,integer,text)',
    -- operations
    'api.operations_outstanding(uuid)',
    'api.operations_unresolved_tenants(integer)',
    'api.rate_lease(text,numeric,integer,boolean)',
    'api.requests_record(uuid,jsonb)',
    -- inbox
    'api.stripe_event_types()',
    -- reconciliation
    'api.discrepancy_totals()',
    -- invariants
    'api.violations_total()',
    -- idempotency
    'api.nonce_use(uuid,text,text,integer)',
    -- audit
    'api.audit_refusal(uuid,text,text,text,jsonb)',
    -- tenants
    'api.set_tenant(uuid)',
    'api.tenant_check(uuid)',
    -- platform
    'api.queues_state()',
    'api.schema_check()',
    'api.schema_migrations()'
], 'payments_api executes just its list');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_webhook', f.oid, 'EXECUTE')
$$, ARRAY[
    -- operations
    'api.operation_traces(uuid,uuid[])',
    -- inbox
    'api.inbox_receive(text[],text[],text[],jsonb[],bytea[])',
    -- platform
    'api.schema_check()'
], 'payments_webhook executes just its list');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_worker', f.oid, 'EXECUTE')
$$, ARRAY[
    -- refunds
    'api.refunds_waiting(uuid)',
    'api.refunds_waiting_due(integer)',
    -- receivables
    'api.receivable_retry(uuid)',
    'api.receivables_due(integer)',
    -- cancellations
    'api.refund_batch_advance(uuid)',
    'api.refund_batch_postpone(uuid,text)',
    'api.refund_batches_due(integer)',
    -- escrow
    'api.escrows_due(integer)',
    'api.escrows_release_due(uuid,integer)',
    -- screening
    'api.fraud_signals_sweep(uuid,integer)',
    -- ledger
    'api.ledger_rollup(uuid)',
    'api.ledger_rollups_due(integer)',
    -- operations
    'api.operation_traces(uuid,uuid[])',
    'api.operations_claim_and_fence(uuid,text,integer,numeric)',
    'api.operations_due(integer)',
    'api.operations_fence(uuid,uuid[],bigint[],numeric)',
    'api.operations_outstanding(uuid)',
    'api.operations_release(uuid,uuid[],bigint[])',
    'api.operations_unresolved_tenants(integer)',
    'api.rate_lease(text,numeric,integer,boolean)',
    'api.results_record(uuid,jsonb)',
    -- inbox
    'api.inbox_apply(uuid,text,text,bytea)',
    'api.inbox_claim(text,integer,numeric)',
    'api.inbox_finish(jsonb)',
    'api.inbox_receive(text[],text[],text[],jsonb[],bytea[])',
    'api.missed_events_advance(text,timestamp with time zone,text)',
    'api.missed_events_done(text,timestamp with time zone)',
    'api.missed_events_due(integer)',
    'api.unsettled_objects_fetch(uuid,numeric,numeric,integer)',
    -- reconciliation
    'api.discrepancy_totals()',
    'api.reconcile_accounts(text,integer)',
    'api.reconcile_begin(text,timestamp with time zone,numeric)',
    'api.reconcile_compare(uuid,jsonb,text,text,jsonb)',
    'api.reconcile_end(jsonb,text[],text)',
    'api.reconcile_report(uuid,jsonb)',
    'api.reconcile_settle(uuid,jsonb,text[])',
    'api.reconcile_sort(jsonb,text,text,jsonb)',
    'api.unowned_report()',
    -- invariants
    'api.violations_check(uuid,integer)',
    'api.violations_due(integer)',
    'api.violations_total()',
    -- idempotency
    'api.idempotency_sweep(uuid,integer)',
    'api.nonces_sweep(uuid,integer)',
    -- audit
    'api.audit_chain(uuid,integer)',
    'api.audit_chain_due(integer)',
    -- tenants
    'api.set_tenant(uuid)',
    'api.tenants_page(uuid,integer)',
    -- platform
    'api.next_due()',
    'api.queues_state()',
    'api.scheduled_task_claim(text,numeric,numeric)',
    'api.scheduled_task_done(text,numeric)',
    'api.schema_check()',
    'api.schema_migrations()'
], 'payments_worker executes just its list');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_analyst', f.oid, 'EXECUTE')
$$, ARRAY[
    -- payments
    'ops.intent_funnel(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.payment_timeline(uuid,uuid)',
    -- splits
    'ops.split_preview(bigint,jsonb,bigint,text)',
    -- transfers
    'ops.transfer_ageing(uuid)',
    'ops.transfer_failures(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.transfers_pending(uuid)',
    -- payouts
    'ops.payout_statement(uuid,text,text,timestamp with time zone,timestamp with time zone)',
    'ops.payouts(uuid,text,text)',
    -- refunds
    'ops.refunds_pending(uuid)',
    -- receivables
    'ops.receivables_outstanding(uuid)',
    -- cancellations
    'ops.refund_batch_failures(uuid,uuid)',
    'ops.refund_batch_progress(uuid,uuid)',
    'ops.refund_batches(uuid)',
    -- escrow
    'ops.escrow_ageing(uuid)',
    -- disputes
    'ops.dispute_rate(uuid,timestamp with time zone,timestamp with time zone)',
    -- screening
    'ops.aml_screenings(uuid,uuid)',
    'ops.fraud_checks(uuid,uuid)',
    'ops.fraud_replay(uuid,uuid)',
    'ops.fraud_rules(uuid)',
    'ops.reviews_outstanding(uuid)',
    'ops.sanctions_search(text,integer)',
    'ops.sanctions_versions()',
    -- ledger
    'ops.ledger_balance_at(uuid,timestamp with time zone)',
    'ops.ledger_balances(uuid)',
    'ops.revenue(uuid,timestamp with time zone,timestamp with time zone,text,text)',
    -- operations
    'ops.operations_stuck(uuid,interval)',
    -- inbox
    'ops.inbox_lag(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.inbox_unapplied(uuid)',
    -- reconciliation
    'ops.discrepancies_outstanding(uuid)',
    -- invariants
    'ops.money_violations(uuid)',
    'ops.violations_outstanding(uuid)',
    -- audit
    'ops.audit_verify(uuid,bigint,text)',
    -- tenants
    'ops.tenant_list()',
    'ops.tenants_compared(timestamp with time zone,timestamp with time zone)',
    -- platform
    'ops.incidents()'
], 'payments_analyst executes just its list, all of it reports');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_operator', f.oid, 'EXECUTE')
$$, $$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_analyst', f.oid, 'EXECUTE')
    UNION ALL
    SELECT unnest(ARRAY[
    -- splits
    'ops.split_rule_set(uuid,text,text,jsonb,timestamp with time zone,timestamp with time zone)',
    -- refunds
    'ops.refund_policy_set(uuid,text,integer,timestamp with time zone,interval,text[])',
    -- cancellations
    'ops.refund_batch_resume(uuid,uuid)',
    'ops.refund_batch_start(uuid,text,text)',
    'ops.refund_batch_stop(uuid,uuid)',
    -- escrow
    'ops.escrow_freeze(uuid,uuid,text)',
    'ops.escrow_release_by_hand(uuid,uuid,text,bigint)',
    'ops.escrow_unfreeze(uuid,uuid,text)',
    -- accounts
    'ops.payee_disable(uuid,text,text,text)',
    -- screening
    'ops.accounts_screen(uuid)',
    'ops.aml_limit_set(uuid,text,bigint,bigint,bigint)',
    'ops.aml_settings_set(uuid,integer,text)',
    'ops.exchange_rate_set(uuid,text,text,numeric,timestamp with time zone)',
    'ops.fraud_list_set(uuid,text,text,text,boolean,text,timestamp with time zone)',
    'ops.fraud_rule_set(uuid,text,boolean,integer,integer,jsonb,text)',
    'ops.fraud_rules_reset(uuid)',
    'ops.fraud_scores_set(uuid,integer,integer)',
    'ops.review_approve(uuid,uuid,text)',
    'ops.review_reject(uuid,uuid,text)',
    -- operations
    'ops.operation_cancel(uuid,uuid,text)',
    'ops.operation_retry(uuid,uuid)',
    -- inbox
    'ops.inbox_replay(uuid,text)',
    'ops.inbox_replay_period(uuid,timestamp with time zone,timestamp with time zone)',
    -- reconciliation
    'ops.discrepancy_resolve(uuid,uuid,text)',
    'ops.unowned_object_resolve(text,text,text)',
    'ops.unowned_objects()',
    -- audit
    'ops.audit_list(uuid,text,text,timestamp with time zone,timestamp with time zone,integer)',
    -- tenants
    'ops.tenant_disable(uuid)',
    'ops.tenant_enable(uuid)',
    -- platform
    'ops.clock_advance(bigint)'
    ])
$$, 'payments_operator executes the reports and just its verbs');
SELECT is_empty($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_backup', f.oid, 'EXECUTE')
$$, 'payments_backup executes nothing');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE f.owner <> 'payments_system'
       AND has_function_privilege('payments_system', f.oid, 'EXECUTE')
$$, ARRAY[
    -- operations
    'payments.operation_backoff(integer,numeric,numeric)',
    -- inbox
    'payments.inbox_backoff(interval)',
    'payments.inbox_verdict(text,text,bigint,interval)',
    'payments.stripe_event_types()',
    -- platform
    'payments.clock()',
    'payments.from_epoch(text)',
    'payments.uuid_parse(text)'
], 'payments_system executes, besides its own functions, just this list');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE f.owner <> 'payments_definer'
       AND has_function_privilege('payments_definer', f.oid, 'EXECUTE')
$$, $$
    SELECT f.signature FROM our_functions AS f WHERE f.schema = 'payments'
       AND f.owner <> 'payments_definer'
$$, 'payments_definer executes, besides its own functions, the private ones of others, and '
    'nobody''s api or ops functions');
SELECT is_empty($$
    SELECT f.signature, a.grantee::regrole FROM our_functions AS f
     CROSS JOIN LATERAL aclexplode(f.proacl) AS a
     WHERE a.grantee NOT IN (SELECT oid FROM our_roles)
        OR (a.is_grantable AND a.grantee::regrole::text <> f.owner)
$$, 'nobody else may execute a function of ours, and nobody passes a right on');

CREATE ROLE tap_service LOGIN;
GRANT payments_api, payments_webhook, payments_worker TO tap_service;
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('tap_service', f.oid, 'EXECUTE')
$$, $$ SELECT f.signature FROM our_functions AS f WHERE f.schema = 'api' $$,
    'the service''s login, a member of the three groups, executes all of api and nothing else');

-- ── functions' owners ────────────────────────────────────────────────────────────────────────
SELECT set_eq(
    $$ SELECT f.signature FROM our_functions AS f WHERE f.owner = 'payments_system' $$, ARRAY[
    -- refunds
    'api.refunds_waiting_due(integer)',
    -- receivables
    'api.receivables_due(integer)',
    -- cancellations
    'api.refund_batches_due(integer)',
    -- escrow
    'api.escrows_due(integer)',
    -- ledger
    'api.ledger_rollups_due(integer)',
    -- operations
    'api.operations_due(integer)',
    'api.operations_unresolved_tenants(integer)',
    'api.rate_lease(text,numeric,integer,boolean)',
    -- inbox
    'api.inbox_claim(text,integer,numeric)',
    'api.inbox_finish(jsonb)',
    'api.inbox_receive(text[],text[],text[],jsonb[],bytea[])',
    'api.missed_events_advance(text,timestamp with time zone,text)',
    'api.missed_events_done(text,timestamp with time zone)',
    'api.missed_events_due(integer)',
    'payments.inbox_requeue(uuid,text,tstzrange,text[])',
    'payments.inbox_states(uuid)',
    'payments.inbox_unapplied(uuid)',
    -- reconciliation
    'api.discrepancy_totals()',
    'api.reconcile_accounts(text,integer)',
    'api.reconcile_begin(text,timestamp with time zone,numeric)',
    'api.reconcile_end(jsonb,text[],text)',
    'api.reconcile_sort(jsonb,text,text,jsonb)',
    'api.unowned_report()',
    'ops.unowned_object_resolve(text,text,text)',
    'ops.unowned_objects()',
    'payments.reconcile_owner(text,jsonb)',
    'payments.unowned_note(text,jsonb,bigint)',
    -- invariants
    'api.violations_due(integer)',
    'api.violations_total()',
    -- audit
    'api.audit_chain_due(integer)',
    -- tenants
    'api.tenants_page(uuid,integer)',
    'payments.tenant_exists()',
    'payments.tenant_ids()',
    -- platform
    'api.next_due()',
    'api.queues_state()',
    'api.scheduled_task_claim(text,numeric,numeric)',
    'api.scheduled_task_done(text,numeric)'
], 'payments_system owns just the functions that cross tenants');
SELECT set_eq(
    $$ SELECT f.signature FROM our_functions AS f
        WHERE f.owner NOT IN ('payments_definer', 'payments_system') $$,
    $$ VALUES ('payments.payment_mark()'), ('payments.refund_totals()'),
              ('payments.reversal_totals()'), ('payments.escrow_void()'),
              ('payments.dispute_totals()'), ('payments.reviews_close()'),
              ('payments.append_only_guard()'), ('payments.tenant_guard()'),
              ('payments.state_guard()') $$,
    'every other function belongs to payments_definer, but the trigger functions of the tables'' '
    'owner');
SELECT set_eq($$ SELECT f.signature FROM our_functions AS f WHERE f.definer $$, $$
    SELECT f.signature FROM our_functions AS f WHERE f.schema IN ('api', 'ops')
    UNION ALL
    VALUES ('payments.inbox_requeue(uuid,text,tstzrange,text[])'),
           ('payments.inbox_states(uuid)'), ('payments.inbox_unapplied(uuid)'),
           ('payments.tenant_exists()'), ('payments.tenant_ids()')
$$, 'the doors are SECURITY DEFINER; of the private functions only those that look across tenants, '
    'or where no tenant is');
SELECT is_empty($$
    SELECT f.signature, f.settings FROM our_functions AS f
     WHERE (f.definer OR f.language <> 'sql')
       AND f.settings IS DISTINCT FROM '{"search_path=payments, pg_temp"}'
$$, 'every SECURITY DEFINER and every plpgsql function pins search_path to payments, pg_temp, and '
    'nothing else');
SELECT is_empty($$
    SELECT f.signature, f.settings FROM our_functions AS f
     WHERE f.settings IS NOT NULL AND f.settings <> '{"search_path=payments, pg_temp"}'
$$, 'no function changes another setting for its length');
SET LOCAL ROLE payments_owner;
CREATE FUNCTION api.tap_probe() RETURNS integer LANGUAGE sql AS 'SELECT 1';
RESET ROLE;
GRANT CREATE ON SCHEMA api TO payments_definer, payments_system;
SET LOCAL ROLE payments_definer;
CREATE FUNCTION api.tap_probe_definer() RETURNS integer LANGUAGE sql AS 'SELECT 1';
SET LOCAL ROLE payments_system;
CREATE FUNCTION api.tap_probe_system() RETURNS integer LANGUAGE sql AS 'SELECT 1';
RESET ROLE;
SELECT is_empty($$
    SELECT p.proname, r.rolname FROM pg_proc AS p CROSS JOIN our_roles AS r
     WHERE p.proname LIKE 'tap\_probe%' AND p.proowner <> r.oid
       AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
$$, 'a function that its owner has just created can be executed by nobody else');

-- ── tables ───────────────────────────────────────────────────────────────────────────────────
SELECT is_empty(
    $$ SELECT c.relname, c.owner FROM our_relations AS c WHERE c.owner <> 'payments_owner' $$,
    'every table and view belongs to payments_owner');
SELECT is_empty($$
    SELECT c.relname, r.rolname, p.privilege
      FROM our_relations AS c
     CROSS JOIN our_roles AS r
     CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                             'TRIGGER']) AS p (privilege)
     WHERE r.rolname IN ('payments_api', 'payments_webhook', 'payments_worker', 'payments_analyst',
                         'payments_operator')
       AND has_table_privilege(r.oid, c.oid, p.privilege)
$$, 'no caller has any right on any table');
SELECT is_empty($$
    SELECT c.relname, r.rolname, p.privilege
      FROM our_relations AS c
     CROSS JOIN our_roles AS r
     CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS p (privilege)
     WHERE r.rolname IN ('payments_api', 'payments_webhook', 'payments_worker', 'payments_analyst',
                         'payments_operator')
       AND has_any_column_privilege(r.oid, c.oid, p.privilege)
$$, 'no caller has any right on any column');
SELECT is_empty($$
    SELECT c.relname, a.grantee FROM our_relations AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
     WHERE a.grantee NOT IN (SELECT oid FROM our_roles)
    UNION ALL
    SELECT c.relname, x.grantee
      FROM our_relations AS c
      JOIN pg_attribute AS a ON a.attrelid = c.oid
     CROSS JOIN LATERAL aclexplode(a.attacl) AS x
     WHERE x.grantee NOT IN (SELECT oid FROM our_roles)
$$, 'neither everybody nor a role that is not ours has a right on a table or column');

CREATE TEMP VIEW table_rights AS
SELECT a.grantee::regrole::text AS role, a.privilege_type AS privilege, c.relname::text AS "table"
  FROM our_relations AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a;
CREATE TEMP VIEW column_rights AS
SELECT x.grantee::regrole::text AS role, x.privilege_type AS privilege, c.relname::text AS "table",
       a.attname::text AS "column"
  FROM our_relations AS c
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
 CROSS JOIN LATERAL aclexplode(a.attacl) AS x;

SELECT set_eq(
    $$ SELECT t.privilege, t."table" FROM table_rights AS t WHERE t.role = 'payments_definer' $$, $$
    SELECT 'SELECT', c.relname::text FROM our_relations AS c
     WHERE c.relname NOT IN ('webhook_inbox', 'provider_rates', 'scheduled_tasks',
                             'missed_event_cursors', 'reconciliation_runs', 'unowned_objects')
    UNION ALL
    SELECT unnest(u.privileges), u.name FROM (VALUES
        -- payments
        ('payment_transactions', '{INSERT}'::text[]), ('payment_intents', '{INSERT}'),
        -- splits
        ('split_rules', '{INSERT}'), ('payment_splits', '{INSERT}'),
        -- transfers
        ('stripe_transfers', '{INSERT}'),
        -- payouts
        ('payouts', '{INSERT}'),
        -- refunds
        ('refund_policies', '{INSERT}'), ('payment_refunds', '{INSERT}'),
        ('clawback_shares', '{INSERT}'), ('transfer_reversals', '{INSERT}'),
        -- receivables
        ('receivables', '{INSERT}'), ('receivable_nettings', '{INSERT}'),
        -- cancellations
        ('refund_batches', '{INSERT}'), ('refund_batch_items', '{INSERT}'),
        -- escrow
        ('escrows', '{INSERT}'), ('escrow_conditions', '{INSERT}'), ('escrow_events', '{INSERT}'),
        -- disputes
        ('disputes', '{INSERT}'), ('early_fraud_warnings', '{INSERT}'),
        -- distributions
        ('clawback_snapshots', '{INSERT}'), ('distributions', '{INSERT}'),
        -- accounts
        ('connected_accounts', '{INSERT}'),
        -- screening
        ('fraud_rulesets', '{INSERT}'), ('fraud_rules', '{INSERT}'),
        ('fraud_list_entries', '{INSERT}'), ('fraud_signals', '{INSERT,DELETE}'),
        ('fraud_checks', '{INSERT}'), ('aml_settings', '{INSERT}'), ('aml_limits', '{INSERT}'),
        ('exchange_rates', '{INSERT}'), ('aml_screenings', '{INSERT}'),
        ('sanctions_versions', '{INSERT}'), ('sanctions_lists', '{INSERT}'),
        ('sanctions_entries', '{INSERT,DELETE}'), ('reviews', '{INSERT}'),
        -- ledger
        ('ledger_accounts', '{INSERT}'), ('ledger_postings', '{INSERT}'),
        ('ledger_balances', '{INSERT,DELETE}'), ('ledger_rollups', '{INSERT}'),
        -- operations
        ('stripe_operations', '{INSERT}'), ('stripe_operation_attempts', '{INSERT}'),
        -- inbox
        ('payment_events', '{INSERT,DELETE}'),
        -- reconciliation
        ('reconciliation_sightings', '{INSERT,DELETE}'),
        ('reconciliation_totals', '{INSERT,DELETE}'), ('discrepancies', '{INSERT}'),
        -- invariants
        ('payment_marks', '{INSERT,DELETE}'), ('violation_checks', '{INSERT}'),
        ('violations_found', '{INSERT,DELETE}'),
        -- idempotency
        ('idempotency_keys', '{INSERT,DELETE}'), ('request_nonces', '{INSERT,DELETE}'),
        -- audit
        ('audit_log', '{INSERT}'), ('audit_links', '{INSERT}'), ('audit_heads', '{INSERT}'),
        -- tenants
        ('tenants', '{INSERT}'), ('tenant_members', '{INSERT,DELETE}'),
        -- platform
        ('provider_objects', '{INSERT}')) AS u (name, privileges)
$$, 'payments_definer reads the tenants'' tables, inserts into those that functions write, and '
    'deletes memberships, roll-ups, the notes of a comparison or check, nonces, client keys, fraud '
    'signals and how a replayed event ended only');
SELECT set_eq($$
    SELECT c.privilege, c."table", c."column" FROM column_rights AS c
     WHERE c.role = 'payments_definer'
$$, $$
    SELECT 'UPDATE', u.name, unnest(u.columns) FROM (VALUES
        -- payments
        ('payment_transactions',
         '{status,amount_captured,amount_refunded,amount_refund_pending,amount_disputed,
           failure_code,failure_message,settled_at,updated_at}'::text[]),
        ('payment_intents',
         '{stripe_payment_intent_id,stripe_status,client_secret,livemode,latest_charge_id,
           balance_transaction_id,provider_fee,capture_before,canceled_at,cancellation_reason,
           cancel_reason,updated_at}'),
        -- splits
        ('payment_splits', '{amount}'),
        -- transfers
        ('stripe_transfers',
         '{status,stripe_transfer_id,amount_reversed,amount_reversal_pending,paid_at,updated_at}'),
        -- payouts
        ('payouts', '{status,arrival_date,failure_code,failure_message,updated_at}'),
        -- refunds
        ('payment_refunds',
         '{status,stripe_refund_id,failure_reason,pending_reason,accepted_at,updated_at}'),
        ('transfer_reversals', '{status,stripe_reversal_id,shortfall,updated_at}'),
        -- receivables
        ('receivables',
         '{amount_netted,amount_reversing,amount_reversed,retries,next_retry_at,updated_at}'),
        -- cancellations
        ('refund_batches', '{status,total,finished_at,updated_at}'),
        ('refund_batch_items', '{state,refund_id,attempts,error,next_run_at,updated_at}'),
        -- escrow
        ('escrows', '{amount,held_amount,released_amount,refunded_amount,status,updated_at}'),
        ('escrow_conditions', '{evidence,confirmed_by,confirmed_at}'),
        -- disputes
        ('disputes',
         '{amount,status,reason,evidence_due_by,submission_count,allocated_at,allocated_amount,
           updated_at}'),
        -- distributions
        ('clawback_snapshots', '{amount}'),
        -- accounts
        ('connected_accounts',
         '{email,country,business_name,status,stripe_account_id,transfers_enabled,
           charges_enabled,payouts_enabled,details_submitted,requirements,disabled_reason,
           onboarding_url,onboarding_expires_at,updated_at}'),
        -- screening
        ('fraud_list_entries', '{note,active,expires_at,updated_at,updated_by}'),
        ('sanctions_versions', '{names}'),
        ('sanctions_lists', '{version_id,activated_at,activated_by}'),
        ('reviews', '{status,note,decided_by,decided_at,updated_at}'),
        -- ledger
        ('ledger_balances', '{debit_total,credit_total}'),
        ('ledger_rollups', '{folded_xid,folded_at}'),
        -- operations
        ('stripe_operations',
         '{idempotency_id,request,state,outcome,generation,lease_epoch,leased_by,failures,holds,
           next_run_at,first_sent_at,first_sent_epoch,last_sent_at,finished_at,provider_id,
           last_error_code,last_error,trace_context,updated_at}'),
        -- reconciliation
        ('discrepancies',
         '{object_id,at_provider,ours,unexplained,opened_at,last_seen_at,state,ended_at,
           resolved_by,note}'),
        -- invariants
        ('violation_checks', '{checked_xid,checked_at}'),
        ('violations_found', '{detail}'),
        -- idempotency
        ('idempotency_keys',
         '{operation_id,response_status,response_body,problem,problem_detail,completed_at}'),
        -- audit
        ('audit_heads', '{chained_xid,seq,digest,chained_at}'),
        -- tenants
        ('tenants', '{name,status,onboarding_return_url,onboarding_refresh_url,updated_at}'),
        -- platform
        ('deployment', '{environment,clock_offset}')) AS u (name, columns)
$$, 'payments_definer updates just the columns that change: nothing that was agreed, no currency, '
    'no tenant, no id');
SELECT set_eq($$
    SELECT t.privilege, t."table", NULL::text FROM table_rights AS t
     WHERE t.role = 'payments_system'
    UNION ALL
    SELECT c.privilege, c."table", c."column" FROM column_rights AS c
     WHERE c.role = 'payments_system'
$$, $$
    SELECT 'SELECT', u.name, unnest(u.columns) FROM (VALUES
        -- refunds
        ('payment_refunds',
         '{tenant_id,payment_id,origin,status,accepted_at,pending_reason}'::text[]),
        -- receivables
        ('receivables', '{tenant_id,next_retry_at}'),
        -- cancellations
        ('refund_batches', '{tenant_id,id,status}'),
        ('refund_batch_items', '{tenant_id,batch_id,state,next_run_at}'),
        -- escrow
        ('escrows', '{tenant_id,id,payment_id,status,hold_until}'),
        ('escrow_conditions', '{tenant_id,escrow_id,confirmed_at}'),
        -- accounts
        ('connected_accounts', '{stripe_account_id}'),
        -- ledger
        ('ledger_postings', '{tenant_id,posted_xid}'),
        ('ledger_rollups', '{tenant_id,folded_xid}'),
        -- operations
        ('stripe_operations', '{tenant_id,id,state,holds,next_run_at}'),
        -- reconciliation
        ('discrepancies', '{tenant_id,class,unexplained,currency,occurred_at,opened_at,state}'),
        -- invariants
        ('payment_marks', '{tenant_id,marked_xid}'),
        ('violation_checks', '{tenant_id,checked_xid}'),
        ('violations_found', '{tenant_id}'),
        -- audit
        ('audit_log', '{tenant_id,recorded_xid}'),
        ('audit_heads', '{tenant_id,chained_xid}'),
        -- tenants
        ('tenants', '{tenant_id}'),
        -- platform
        ('provider_objects', '{provider_id,tenant_id}')) AS u (name, columns)
    UNION ALL
    SELECT p, t, NULL FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS p, unnest(ARRAY[
        'provider_rates', 'webhook_inbox', 'missed_event_cursors', 'reconciliation_runs',
        'unowned_objects', 'scheduled_tasks'
    ]) AS t
    UNION ALL
    VALUES ('SELECT', 'deployment', NULL)
$$, 'payments_system reads just ids, states and times across tenants, counts what did not agree, '
    'and keeps what has no tenant');
SELECT set_eq(
    $$ SELECT t.privilege, t."table" FROM table_rights AS t WHERE t.role = 'payments_backup' $$,
    $$ SELECT 'SELECT', c.relname::text FROM our_relations AS c $$,
    'payments_backup reads every table, and does nothing else');
SELECT set_eq($$
    SELECT a.privilege_type, c.relname::text
      FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
     WHERE c.relnamespace = 'migrations'::regnamespace AND a.grantee = 'payments_backup'::regrole
$$, $$
    SELECT 'SELECT', c.relname::text FROM pg_class AS c
     WHERE c.relnamespace = 'migrations'::regnamespace AND c.relkind = 'r'
$$, 'payments_backup reads what has been applied, so that a dump can be migrated further');
SELECT is_empty($$
    SELECT r.rolname, t.name, p.privilege
      FROM pg_roles AS r
     CROSS JOIN unnest(ARRAY['payments.audit_log', 'payments.audit_links',
                             'payments.ledger_postings', 'payments.stripe_operation_attempts',
                             'payments.escrow_events']) AS t (name)
     CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege)
     WHERE NOT r.rolsuper AND NOT pg_has_role(r.oid, 'payments_owner', 'MEMBER')
       AND NOT pg_has_role(r.oid, 'pg_write_all_data', 'MEMBER')
       AND has_table_privilege(r.oid, t.name, p.privilege)
$$, 'nobody but the owner of the tables, whom the trigger stops, could change or remove a posting, '
    'an attempt, a line of an escrow''s history or of the audit log');

SELECT * FROM finish();
ROLLBACK;
