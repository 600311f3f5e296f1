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
                     'payments_webhook',
                     'payments_worker', 'payments_analyst', 'payments_operator', 'payments_backup');
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
    SELECT n.nspname::text, CASE a.grantee WHEN 0 THEN 'PUBLIC'
        ELSE a.grantee::regrole::text END, a.privilege_type
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
           ('api', 'payments_worker', 'USAGE'),
           ('ops', 'payments_analyst', 'USAGE'), ('ops', 'payments_operator', 'USAGE'),
           ('payments', 'payments_backup', 'USAGE')
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
    'api.set_tenant(uuid)',
    'api.schema_check()',
    'api.tenant_check(uuid)',
    'api.audit_refusal(uuid,text,text,text,jsonb)',
    'api.payments_create(uuid,jsonb,numeric)',
    'api.payment_capture(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.payment_cancel(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.payment_get(uuid,uuid)',
    'api.payment_list(uuid,jsonb,integer,text)',
    'api.connected_account_create(uuid,text,text,bytea,jsonb,numeric,text,jsonb)',
    'api.connected_account_get(uuid,uuid)',
    'api.onboarding_link_create(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.transfer_get(uuid,uuid)',
    'api.transfer_list(uuid,jsonb,integer,text)',
    'api.refund_create(uuid,text,text,bytea,jsonb,numeric,text,jsonb)',
    'api.refund_get(uuid,uuid)',
    'api.refund_list(uuid,jsonb,integer,text)',
    'api.nonce_use(uuid,text,text,integer)',
    'api.distribution_create(uuid,text,text,bytea,jsonb,numeric,text,jsonb)',
    'api.distribution_get(uuid,uuid)',
    'api.escrow_get(uuid,uuid)',
    'api.escrow_release(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.escrow_cancel(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.escrow_condition_confirm(uuid,text,text,bytea,uuid,text,jsonb,numeric,text,jsonb)',
    'api.dispute_get(uuid,uuid)',
    'api.dispute_list(uuid,jsonb,integer,text)',
    'api.dispute_evidence_submit(uuid,text,text,bytea,uuid,jsonb,numeric,text,jsonb)',
    'api.show_cancel(uuid,text,text,bytea,text,jsonb,numeric,text,jsonb)',
    'api.refund_batch_get(uuid,uuid)',
    'api.review_list(uuid,jsonb,integer,text)',
    'api.review_decide(uuid,text,text,bytea,uuid,text,jsonb,numeric,text,jsonb)',
    'api.requests_record(uuid,jsonb)',
    'api.rate_lease(text,numeric,integer,boolean)',
    'api.schema_migrations()',
    'api.stripe_event_types()',
    'api.queues_state()',
    'api.discrepancy_totals()',
    'api.violations_total()',
    'api.operations_unresolved_tenants(integer)',
    'api.operations_outstanding(uuid)'
], 'payments_api executes just its list');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_webhook', f.oid, 'EXECUTE')
$$, ARRAY[
    'api.schema_check()',
    'api.inbox_receive(text[],text[],text[],jsonb[],bytea[])',
    'api.operation_traces(uuid,uuid[])'
], 'payments_webhook executes just its list');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_worker', f.oid, 'EXECUTE')
$$, ARRAY[
    'api.set_tenant(uuid)',
    'api.schema_check()',
    'api.inbox_claim(text,integer,numeric)',
    'api.inbox_apply(uuid,text,text,bytea)',
    'api.operation_traces(uuid,uuid[])',
    'api.inbox_finish(jsonb)',
    'api.operations_due(integer)',
    'api.operations_claim_and_fence(uuid,text,integer,numeric)',
    'api.operations_fence(uuid,uuid[],bigint[],numeric)',
    'api.results_record(uuid,jsonb)',
    'api.operations_release(uuid,uuid[],bigint[])',
    'api.next_due()',
    'api.rate_lease(text,numeric,integer,boolean)',
    'api.audit_chain_due(integer)',
    'api.audit_chain(uuid,integer)',
    'api.ledger_rollups_due(integer)',
    'api.ledger_rollup(uuid)',
    'api.violations_due(integer)',
    'api.receivables_due(integer)',
    'api.receivable_retry(uuid)',
    'api.violations_check(uuid,integer)',
    'api.refunds_waiting_due(integer)',
    'api.refunds_waiting(uuid)',
    'api.escrows_due(integer)',
    'api.escrows_release_due(uuid,integer)',
    'api.refund_batches_due(integer)',
    'api.refund_batch_advance(uuid)',
    'api.refund_batch_postpone(uuid,text)',
    'api.nonces_sweep(uuid,integer)',
    'api.idempotency_sweep(uuid,integer)',
    'api.fraud_signals_sweep(uuid,integer)',
    'api.scheduled_task_claim(text,numeric,numeric)',
    'api.scheduled_task_done(text,numeric)',
    'api.tenants_page(uuid,integer)',
    'api.missed_events_due(integer)',
    'api.missed_events_advance(text,timestamp with time zone,text)',
    'api.missed_events_done(text,timestamp with time zone)',
    'api.inbox_receive(text[],text[],text[],jsonb[],bytea[])',
    'api.unsettled_objects_fetch(uuid,numeric,numeric,integer)',
    'api.reconcile_begin(text,timestamp with time zone,numeric)',
    'api.reconcile_accounts(text,integer)',
    'api.reconcile_sort(jsonb,text,text,jsonb)',
    'api.reconcile_compare(uuid,jsonb,text,text,jsonb)',
    'api.reconcile_settle(uuid,jsonb,text[])',
    'api.reconcile_end(jsonb,text[],text)',
    'api.reconcile_report(uuid,jsonb)',
    'api.unowned_report()',
    'api.discrepancy_totals()',
    'api.violations_total()',
    'api.schema_migrations()',
    'api.queues_state()',
    'api.operations_unresolved_tenants(integer)',
    'api.operations_outstanding(uuid)'
], 'payments_worker executes just its list');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_analyst', f.oid, 'EXECUTE')
$$, ARRAY[
    'ops.tenant_list()',
    'ops.audit_verify(uuid,bigint,text)',
    'ops.money_violations(uuid)',
    'ops.violations_outstanding(uuid)',
    'ops.refunds_pending(uuid)',
    'ops.refund_batches(uuid)',
    'ops.refund_batch_progress(uuid,uuid)',
    'ops.refund_batch_failures(uuid,uuid)',
    'ops.ledger_balances(uuid)',
    'ops.transfers_pending(uuid)',
    'ops.operations_stuck(uuid,interval)',
    'ops.ledger_balance_at(uuid,timestamp with time zone)',
    'ops.payment_timeline(uuid,uuid)',
    'ops.payouts(uuid,text,text)',
    'ops.receivables_outstanding(uuid)',
    'ops.discrepancies_outstanding(uuid)',
    'ops.split_preview(bigint,jsonb,bigint,text)',
    'ops.revenue(uuid,timestamp with time zone,timestamp with time zone,text,text)',
    'ops.payout_statement(uuid,text,text,timestamp with time zone,timestamp with time zone)',
    'ops.escrow_ageing(uuid)',
    'ops.transfer_ageing(uuid)',
    'ops.transfer_failures(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.dispute_rate(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.intent_funnel(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.inbox_lag(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.inbox_unapplied(uuid)',
    'ops.tenants_compared(timestamp with time zone,timestamp with time zone)',
    'ops.incidents()',
    'ops.reviews_outstanding(uuid)',
    'ops.fraud_rules(uuid)',
    'ops.fraud_checks(uuid,uuid)',
    'ops.fraud_replay(uuid,uuid)',
    'ops.aml_screenings(uuid,uuid)',
    'ops.sanctions_search(text,integer)',
    'ops.sanctions_versions()'
], 'payments_analyst executes just its list, all of it reports');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_operator', f.oid, 'EXECUTE')
$$, ARRAY[
    'ops.tenant_list()',
    'ops.audit_verify(uuid,bigint,text)',
    'ops.money_violations(uuid)',
    'ops.violations_outstanding(uuid)',
    'ops.refunds_pending(uuid)',
    'ops.refund_batches(uuid)',
    'ops.refund_batch_progress(uuid,uuid)',
    'ops.refund_batch_failures(uuid,uuid)',
    'ops.ledger_balances(uuid)',
    'ops.transfers_pending(uuid)',
    'ops.operations_stuck(uuid,interval)',
    'ops.ledger_balance_at(uuid,timestamp with time zone)',
    'ops.payment_timeline(uuid,uuid)',
    'ops.payouts(uuid,text,text)',
    'ops.receivables_outstanding(uuid)',
    'ops.discrepancies_outstanding(uuid)',
    'ops.reviews_outstanding(uuid)',
    'ops.fraud_rules(uuid)',
    'ops.fraud_checks(uuid,uuid)',
    'ops.fraud_replay(uuid,uuid)',
    'ops.aml_screenings(uuid,uuid)',
    'ops.sanctions_search(text,integer)',
    'ops.sanctions_versions()',
    'ops.split_preview(bigint,jsonb,bigint,text)',
    'ops.audit_list(uuid,text,text,timestamp with time zone,timestamp with time zone,integer)',
    'ops.revenue(uuid,timestamp with time zone,timestamp with time zone,text,text)',
    'ops.payout_statement(uuid,text,text,timestamp with time zone,timestamp with time zone)',
    'ops.escrow_ageing(uuid)',
    'ops.transfer_ageing(uuid)',
    'ops.transfer_failures(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.dispute_rate(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.intent_funnel(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.inbox_lag(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.inbox_unapplied(uuid)',
    'ops.tenants_compared(timestamp with time zone,timestamp with time zone)',
    'ops.incidents()',
    'ops.operation_retry(uuid,uuid)',
    'ops.operation_cancel(uuid,uuid,text)',
    'ops.escrow_release_by_hand(uuid,uuid,text,bigint)',
    'ops.escrow_freeze(uuid,uuid,text)',
    'ops.escrow_unfreeze(uuid,uuid,text)',
    'ops.inbox_replay(uuid,text)',
    'ops.inbox_replay_period(uuid,timestamp with time zone,timestamp with time zone)',
    'ops.payee_disable(uuid,text,text,text)',
    'ops.discrepancy_resolve(uuid,uuid,text)',
    'ops.unowned_objects()',
    'ops.unowned_object_resolve(text,text,text)',
    'ops.refund_batch_stop(uuid,uuid)',
    'ops.refund_batch_start(uuid,text,text)',
    'ops.refund_batch_resume(uuid,uuid)',
    'ops.review_approve(uuid,uuid,text)',
    'ops.review_reject(uuid,uuid,text)',
    'ops.fraud_rule_set(uuid,text,boolean,integer,integer,jsonb,text)',
    'ops.fraud_scores_set(uuid,integer,integer)',
    'ops.fraud_rules_reset(uuid)',
    'ops.aml_settings_set(uuid,integer,text)',
    'ops.aml_limit_set(uuid,text,bigint,bigint,bigint)',
    'ops.exchange_rate_set(uuid,text,text,numeric,timestamp with time zone)',
    'ops.accounts_screen(uuid)',
    'ops.fraud_list_set(uuid,text,text,text,boolean,text,timestamp with time zone)',
    'ops.refund_policy_set(uuid,text,integer,timestamp with time zone,interval,text[])',
    'ops.split_rule_set(uuid,text,text,jsonb,timestamp with time zone,timestamp with time zone)',
    'ops.tenant_disable(uuid)',
    'ops.tenant_enable(uuid)',
    'ops.clock_advance(bigint)'
], 'payments_operator executes the reports and just its verbs');
SELECT is_empty($$
    SELECT f.signature FROM our_functions AS f
     WHERE has_function_privilege('payments_backup', f.oid, 'EXECUTE')
$$, 'payments_backup executes nothing');
SELECT set_eq($$
    SELECT f.signature FROM our_functions AS f
     WHERE f.owner <> 'payments_system'
       AND has_function_privilege('payments_system', f.oid, 'EXECUTE')
$$, ARRAY[
    'payments.clock()',
    'payments.stripe_event_handled(text)',
    'payments.stripe_event_types()',
    'payments.inbox_backoff(interval)',
    'payments.inbox_verdict(text,text,bigint,interval)',
    'payments.operation_backoff(integer,numeric,numeric)',
    'payments.uuid_parse(text)',
    'payments.from_epoch(text)'
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
    'api.escrows_due(integer)',
    'api.audit_chain_due(integer)',
    'api.refund_batches_due(integer)',
    'api.scheduled_task_claim(text,numeric,numeric)',
    'api.scheduled_task_done(text,numeric)',
    'api.tenants_page(uuid,integer)',
    'api.missed_events_due(integer)',
    'api.missed_events_advance(text,timestamp with time zone,text)',
    'api.missed_events_done(text,timestamp with time zone)',
    'api.reconcile_begin(text,timestamp with time zone,numeric)',
    'api.reconcile_accounts(text,integer)',
    'api.reconcile_sort(jsonb,text,text,jsonb)',
    'api.reconcile_end(jsonb,text[],text)',
    'api.unowned_report()',
    'api.discrepancy_totals()',
    'api.violations_total()',
    'ops.unowned_objects()',
    'ops.unowned_object_resolve(text,text,text)',
    'payments.reconcile_owner(text,jsonb)',
    'payments.unowned_note(text,jsonb,bigint)',
    'api.ledger_rollups_due(integer)',
    'api.violations_due(integer)',
    'api.receivables_due(integer)',
    'api.refunds_waiting_due(integer)',
    'payments.inbox_states(uuid)',
    'payments.inbox_unapplied(uuid)',
    'api.next_due()',
    'api.operations_due(integer)',
    'api.operations_unresolved_tenants(integer)',
    'api.queues_state()',
    'api.rate_lease(text,numeric,integer,boolean)',
    'api.inbox_claim(text,integer,numeric)',
    'api.inbox_finish(jsonb)',
    'api.inbox_receive(text[],text[],text[],jsonb[],bytea[])',
    'payments.tenant_exists()',
    'payments.tenant_ids()',
    'payments.inbox_requeue(uuid,text,tstzrange,text[])'
], 'payments_system owns just the functions that cross tenants');
SELECT set_eq(
    $$ SELECT f.signature FROM our_functions AS f
        WHERE f.owner NOT IN ('payments_definer', 'payments_system') $$,
    $$ VALUES ('payments.append_only_guard()'), ('payments.state_guard()'),
              ('payments.tenant_guard()'),
              ('payments.refund_totals()'), ('payments.reversal_totals()'),
              ('payments.dispute_totals()'),
              ('payments.payment_mark()'), ('payments.reviews_close()'),
              ('payments.escrow_void()') $$,
    'every other function belongs to payments_definer, but the trigger functions of the tables'' '
    'owner');
SELECT set_eq($$ SELECT f.signature FROM our_functions AS f WHERE f.definer $$, $$
    SELECT f.signature FROM our_functions AS f WHERE f.schema IN ('api', 'ops')
    UNION ALL VALUES ('payments.tenant_exists()'), ('payments.tenant_ids()'),
          ('payments.inbox_states(uuid)'), ('payments.inbox_unapplied(uuid)'),
          ('payments.inbox_requeue(uuid,text,tstzrange,text[])')
$$, 'the doors are SECURITY DEFINER; of the private functions only those that look across tenants, '
    'or where no tenant is');
SELECT is_empty($$
    SELECT f.signature, f.settings FROM our_functions AS f
     WHERE (f.definer OR f.language <> 'sql') AND f.settings IS DISTINCT
      FROM '{"search_path=payments, pg_temp"}'
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
    SELECT 'INSERT',
           unnest(ARRAY['audit_log', 'audit_links', 'audit_heads', 'tenants', 'tenant_members',
                        'split_rules', 'payment_transactions', 'payment_intents',
        'payment_splits', 'ledger_accounts', 'ledger_postings', 'ledger_balances', 'ledger_rollups',
        'stripe_operations',
        'stripe_operation_attempts', 'idempotency_keys', 'payment_events', 'provider_objects',
        'connected_accounts',
        'stripe_transfers', 'refund_policies', 'payment_refunds', 'clawback_shares',
        'transfer_reversals', 'receivables',
        'receivable_nettings', 'escrows', 'escrow_conditions', 'escrow_events', 'disputes',
        'early_fraud_warnings',
        'refund_batches', 'refund_batch_items', 'payouts', 'reconciliation_sightings',
        'reconciliation_totals', 'discrepancies',
        'payment_marks', 'violation_checks', 'violations_found',
        'fraud_rulesets', 'fraud_rules', 'fraud_list_entries', 'fraud_signals', 'fraud_checks',
        'reviews',
        'aml_settings', 'aml_limits', 'exchange_rates', 'aml_screenings', 'sanctions_versions',
        'sanctions_lists', 'sanctions_entries'])
    UNION ALL
    VALUES ('DELETE', 'sanctions_entries'), ('DELETE', 'tenant_members'),
           ('DELETE', 'ledger_balances'), ('DELETE', 'reconciliation_sightings'),
           ('DELETE', 'reconciliation_totals'), ('DELETE', 'payment_marks'),
           ('DELETE', 'violations_found')
    UNION ALL
    VALUES ('INSERT', 'request_nonces'), ('DELETE', 'request_nonces'),
           ('DELETE', 'idempotency_keys'), ('DELETE', 'fraud_signals'), ('INSERT', 'distributions'),
           ('INSERT', 'clawback_snapshots'), ('DELETE', 'payment_events')
$$, 'payments_definer reads the tenants'' tables, inserts into those that functions write, and '
    'deletes memberships, roll-ups, the notes of a comparison or check, nonces, client keys, fraud '
    'signals and how a replayed event ended only');
SELECT set_eq($$
    SELECT c.privilege, c."table", c."column" FROM column_rights AS c
     WHERE c.role = 'payments_definer'
$$, $$
    SELECT 'UPDATE', u.t, c
      FROM (VALUES
        ('deployment', '{environment,clock_offset}'::text[]),
        ('audit_heads', '{chained_xid,seq,digest,chained_at}'),
        ('tenants', '{name,status,onboarding_return_url,onboarding_refresh_url,updated_at}'),
        ('payment_transactions',
         '{status,amount_captured,amount_refunded,amount_refund_pending,amount_disputed,failure_code,
            failure_message,settled_at,updated_at}'),
        ('payment_intents',
         '{stripe_payment_intent_id,stripe_status,client_secret,livemode,latest_charge_id,
            balance_transaction_id,provider_fee,capture_before,canceled_at,cancellation_reason,cancel_reason,updated_at}'),
        ('payment_splits', '{amount}'),
        ('clawback_snapshots', '{amount}'),
        ('ledger_balances', '{debit_total,credit_total}'),
        ('ledger_rollups', '{folded_xid,folded_at}'),
        ('stripe_operations',
         '{idempotency_id,request,state,outcome,generation,lease_epoch,leased_by,failures,holds,
            next_run_at,first_sent_at,first_sent_epoch,last_sent_at,finished_at,provider_id,last_error_code,last_error,
            trace_context,updated_at}'),
        ('idempotency_keys',
         '{operation_id,response_status,response_body,problem,problem_detail,completed_at}'),
        ('connected_accounts',
         '{email,country,business_name,status,stripe_account_id,transfers_enabled,charges_enabled,
            payouts_enabled,details_submitted,requirements,disabled_reason,onboarding_url,onboarding_expires_at,updated_at}'),
        ('stripe_transfers',
         '{status,stripe_transfer_id,amount_reversed,amount_reversal_pending,paid_at,updated_at}'),
        ('payment_refunds',
         '{status,stripe_refund_id,failure_reason,pending_reason,accepted_at,updated_at}'),
        ('transfer_reversals', '{status,stripe_reversal_id,shortfall,updated_at}'),
        ('receivables',
         '{amount_netted,amount_reversing,amount_reversed,retries,next_retry_at,updated_at}'),
        ('violation_checks', '{checked_xid,checked_at}'),
        ('violations_found', '{detail}'),
        ('escrows', '{amount,held_amount,released_amount,refunded_amount,status,updated_at}'),
        ('escrow_conditions', '{evidence,confirmed_by,confirmed_at}'),
        ('disputes',
         '{amount,status,reason,evidence_due_by,submission_count,allocated_at,allocated_amount,updated_at}'),
        ('refund_batches', '{status,total,finished_at,updated_at}'),
        ('refund_batch_items', '{state,refund_id,attempts,error,next_run_at,updated_at}'),
        ('discrepancies',
         '{object_id,at_provider,ours,unexplained,opened_at,last_seen_at,state,ended_at,resolved_by,note}'),
        ('fraud_list_entries', '{note,active,expires_at,updated_at,updated_by}'),
        ('sanctions_versions', '{names}'),
        ('sanctions_lists', '{activated_at,activated_by,version_id}'),
        ('reviews', '{status,note,decided_by,decided_at,updated_at}'),
        ('payouts', '{status,arrival_date,failure_code,failure_message,updated_at}'))
    AS u (t, columns),
           unnest(u.columns) AS c
$$, 'payments_definer updates just the columns that change: nothing that was agreed, no currency, '
    'no tenant, no id');
SELECT set_eq($$
    SELECT t.privilege, t."table", NULL::text FROM table_rights AS t
     WHERE t.role = 'payments_system'
    UNION ALL
    SELECT c.privilege, c."table", c."column" FROM column_rights AS c
     WHERE c.role = 'payments_system'
$$, $$
    VALUES ('SELECT', 'deployment', NULL),
           ('SELECT', 'audit_log', 'tenant_id'), ('SELECT', 'audit_log', 'recorded_xid'),
           ('SELECT', 'audit_heads', 'tenant_id'), ('SELECT', 'audit_heads', 'chained_xid'),
           ('SELECT', 'webhook_inbox', NULL), ('INSERT', 'webhook_inbox', NULL),
           ('UPDATE', 'webhook_inbox', NULL),
           ('SELECT', 'provider_rates', NULL), ('INSERT', 'provider_rates', NULL),
           ('UPDATE', 'provider_rates', NULL),
           ('SELECT', 'tenants', 'tenant_id'),
           ('SELECT', 'stripe_operations', 'tenant_id'), ('SELECT', 'stripe_operations', 'id'),
           ('SELECT', 'stripe_operations', 'state'),
           ('SELECT', 'stripe_operations', 'holds'), ('SELECT', 'stripe_operations', 'next_run_at'),
           ('SELECT', 'ledger_postings', 'tenant_id'), ('SELECT', 'ledger_postings', 'posted_xid'),
           ('SELECT', 'ledger_rollups', 'tenant_id'), ('SELECT', 'ledger_rollups', 'folded_xid'),
           ('SELECT', 'provider_objects', 'provider_id'),
           ('SELECT', 'provider_objects', 'tenant_id'),
           ('SELECT', 'escrows', 'tenant_id'), ('SELECT', 'escrows', 'status'),
           ('SELECT', 'escrows', 'hold_until'),
           ('SELECT', 'refund_batch_items', 'tenant_id'), ('SELECT', 'refund_batch_items', 'state'),
           ('SELECT', 'refund_batch_items', 'next_run_at'),
           ('SELECT', 'connected_accounts', 'stripe_account_id')
    UNION ALL
    SELECT 'SELECT', 'discrepancies',
           unnest(ARRAY['tenant_id', 'class', 'unexplained', 'currency', 'occurred_at', 'opened_at',
                        'state'])
    UNION ALL
    SELECT 'SELECT', 'escrows', unnest(ARRAY['id', 'payment_id'])
    UNION ALL
    SELECT 'SELECT', 'escrow_conditions', unnest(ARRAY['tenant_id', 'escrow_id', 'confirmed_at'])
    UNION ALL
    SELECT 'SELECT', 'payment_refunds',
           unnest(ARRAY['tenant_id', 'payment_id', 'origin', 'status', 'accepted_at',
                        'pending_reason'])
    UNION ALL
    SELECT 'SELECT', 'refund_batches', unnest(ARRAY['tenant_id', 'id', 'status'])
    UNION ALL
    SELECT 'SELECT', 'refund_batch_items', 'batch_id'
    UNION ALL
    VALUES ('SELECT', 'receivables', 'tenant_id'), ('SELECT', 'receivables', 'next_retry_at'),
           ('SELECT', 'violation_checks', 'tenant_id'),
           ('SELECT', 'violation_checks', 'checked_xid'),
           ('SELECT', 'violations_found', 'tenant_id'),
           ('SELECT', 'payment_marks', 'tenant_id'), ('SELECT', 'payment_marks', 'marked_xid')
    UNION ALL
    SELECT p, t, NULL FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS p,
                           unnest(ARRAY['scheduled_tasks', 'missed_event_cursors',
                                        'reconciliation_runs', 'unowned_objects']) AS t
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
