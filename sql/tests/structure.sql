-- The shape of the database, over whole schemas: a new table that forgets a rule fails here without
-- anybody naming it.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(48);

-- ── what there is ────────────────────────────────────────────────────────────────────────────
SELECT tables_are('payments', ARRAY[
    -- payments
    'payment_intents', 'payment_transactions',
    -- splits
    'payment_splits', 'split_rules',
    -- transfers
    'stripe_transfers',
    -- payouts
    'payouts',
    -- refunds
    'clawback_shares', 'payment_refunds', 'refund_policies', 'transfer_reversals',
    -- receivables
    'receivable_nettings', 'receivables',
    -- cancellations
    'refund_batch_items', 'refund_batches',
    -- escrow
    'escrow_conditions', 'escrow_events', 'escrows',
    -- disputes
    'disputes', 'early_fraud_warnings',
    -- distributions
    'clawback_snapshots', 'distributions',
    -- accounts
    'connected_accounts',
    -- screening
    'aml_limits', 'aml_screenings', 'aml_settings', 'exchange_rates', 'fraud_checks',
    'fraud_list_entries', 'fraud_rules', 'fraud_rulesets', 'fraud_signals', 'reviews',
    'sanctions_entries', 'sanctions_lists', 'sanctions_versions',
    -- ledger
    'ledger_accounts', 'ledger_balances', 'ledger_postings', 'ledger_rollups',
    -- operations
    'provider_rates', 'stripe_operation_attempts', 'stripe_operations',
    -- inbox
    'missed_event_cursors', 'payment_events', 'webhook_inbox',
    -- reconciliation
    'discrepancies', 'reconciliation_runs', 'reconciliation_sightings', 'reconciliation_totals',
    'unowned_objects',
    -- invariants
    'payment_marks', 'violation_checks', 'violations_found',
    -- idempotency
    'idempotency_keys', 'request_nonces',
    -- audit
    'audit_heads', 'audit_links', 'audit_log',
    -- tenants
    'tenant_members', 'tenants',
    -- platform
    'currencies', 'deployment', 'provider_objects', 'scheduled_tasks', 'state_transitions'
], 'the schema payments has just these tables');
SELECT views_are('payments', ARRAY['pending_transfers'], 'the schema payments has just this view');
SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class AS c
     WHERE c.relnamespace IN ('api'::regnamespace, 'ops'::regnamespace)
$$, 'the schemas api and ops hold functions only');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p
     WHERE p.pronamespace = 'api'::regnamespace
       AND NOT EXISTS (
               SELECT FROM unnest(
                   ARRAY['payments_api', 'payments_webhook', 'payments_worker']) AS caller
                WHERE has_function_privilege(caller, p.oid, 'EXECUTE'))
$$, 'the schema api has just the functions that privileges.sql lists: each has a caller');
SELECT functions_are('ops', ARRAY[
    -- payments
    'intent_funnel', 'payment_timeline',
    -- splits
    'split_preview', 'split_rule_set',
    -- transfers
    'transfer_ageing', 'transfer_failures', 'transfers_pending',
    -- payouts
    'payout_statement', 'payouts',
    -- refunds
    'refund_policy_set', 'refunds_pending',
    -- receivables
    'receivables_outstanding',
    -- cancellations
    'refund_batch_failures', 'refund_batch_progress', 'refund_batch_resume', 'refund_batch_start',
    'refund_batch_stop', 'refund_batches',
    -- escrow
    'escrow_ageing', 'escrow_freeze', 'escrow_release_by_hand', 'escrow_unfreeze',
    -- disputes
    'dispute_rate',
    -- accounts
    'payee_disable',
    -- screening
    'accounts_screen', 'aml_limit_set', 'aml_screenings', 'aml_settings_set', 'exchange_rate_set',
    'fraud_checks', 'fraud_list_set', 'fraud_replay', 'fraud_rule_set', 'fraud_rules',
    'fraud_rules_reset', 'fraud_scores_set', 'review_approve', 'review_reject',
    'reviews_outstanding', 'sanctions_activate', 'sanctions_add', 'sanctions_begin',
    'sanctions_search', 'sanctions_versions',
    -- ledger
    'ledger_balance_at', 'ledger_balances', 'revenue',
    -- operations
    'operation_cancel', 'operation_retry', 'operations_stuck',
    -- inbox
    'inbox_lag', 'inbox_replay', 'inbox_replay_period', 'inbox_unapplied',
    -- reconciliation
    'discrepancies_outstanding', 'discrepancy_resolve', 'unowned_object_resolve', 'unowned_objects',
    -- invariants
    'money_violations', 'violations_outstanding',
    -- audit
    'audit_list', 'audit_verify',
    -- tenants
    'tenant_disable', 'tenant_enable', 'tenant_list', 'tenant_member_add', 'tenant_member_remove',
    'tenant_register', 'tenants_compared',
    -- platform
    'clock_advance', 'deployment_set', 'incidents'
], 'the schema ops has just these functions');
SELECT functions_are('payments', ARRAY[
    -- payments
    'intent_operation', 'payment_course', 'payment_disputed', 'payment_freeze', 'payment_frozen',
    'payment_holds', 'payment_intent_apply', 'payment_intent_mirror', 'payment_json',
    'payment_lock', 'payment_mark', 'payment_operation_enqueue', 'payment_settle', 'payments_block',
    'payments_create_new', 'payments_named', 'payments_record',
    -- splits
    'split_calculate', 'split_check', 'split_rule_find', 'split_share_valid', 'split_shares',
    'split_transfer_to_payee', 'splits_json', 'splits_plan',
    -- transfers
    'payee_balances', 'payee_hold_forgotten', 'payees_due', 'payees_lock', 'transfer_json',
    'transfer_reduce', 'transfer_refused', 'transfers_hold', 'transfers_json', 'transfers_plan',
    'transfers_settle', 'transfers_unblock',
    -- refunds
    'clawback_apply', 'clawback_calculate', 'clawback_share', 'clawback_target',
    'clawback_transfers', 'clawback_undo', 'payment_refunding', 'refund_adopt', 'refund_amount',
    'refund_apply', 'refund_call', 'refund_json', 'refund_policy_check', 'refund_refused',
    'refund_request', 'refund_totals', 'reversal_fail', 'reversal_request', 'reversal_settle',
    'reversal_totals', 'reversals_deduct_unsent', 'reversals_enqueue',
    -- receivables
    'receivable_net', 'receivable_next_retry', 'receivable_open', 'receivable_retry_begin',
    'receivable_retry_end', 'receivable_retry_id',
    -- cancellations
    'refund_batch_close', 'refund_batch_item_fail', 'refund_batch_item_release',
    'refund_batch_item_run', 'refund_batch_json', 'refund_batch_plan',
    -- escrow
    'escrow_draw_down', 'escrow_hold', 'escrow_json', 'escrow_lock', 'escrow_note', 'escrow_refill',
    'escrow_release_amount', 'escrow_request', 'escrow_void',
    -- disputes
    'dispute_apply', 'dispute_json', 'dispute_losses_allocate', 'dispute_money_fetch',
    'dispute_money_post', 'dispute_open', 'dispute_rank', 'dispute_totals', 'disputes_settle',
    -- distributions
    'clawback_snapshot', 'distribution_json', 'distribution_make', 'distribution_payees',
    'distribution_payment', 'distribution_remaining',
    -- accounts
    'account_request', 'connected_account_apply', 'connected_account_json',
    'connected_account_open', 'onboarding_link_enqueue', 'onboarding_link_store',
    -- screening
    'account_cleared', 'account_reviewed', 'account_screen', 'aml_check_charge',
    'aml_check_requests', 'aml_history', 'aml_limits_current', 'aml_settings_store', 'aml_sums',
    'fraud_check_charge', 'fraud_check_requests', 'fraud_measure', 'fraud_measure_amount',
    'fraud_measure_lists', 'fraud_measure_velocity', 'fraud_rule_check', 'fraud_rules_default',
    'fraud_rules_draft', 'fraud_rules_store', 'fraud_ruleset', 'fraud_score', 'fraud_values',
    'ip_signal', 'name_codes', 'name_normal', 'payment_reviewed', 'payment_undo_rejected',
    'review_close', 'review_json', 'review_open', 'review_settle', 'reviews_close',
    'reviews_close_disputed', 'reviews_enforce', 'sanctions_match',
    -- ledger
    'ledger_account_id', 'ledger_accounts_open', 'ledger_balance_rows', 'money_facts',
    'posting_add', 'provider_fee_post',
    -- operations
    'attempts_record', 'operation_apply', 'operation_backoff', 'operation_body',
    'operation_contradicts', 'operation_document', 'operation_enqueue', 'operation_evidence',
    'operation_fail', 'operation_failed_consequences', 'operation_failure_policy',
    'operation_holds', 'operation_mark_dead', 'operation_mark_unknown', 'operation_reconsider',
    'operation_release_lease', 'operation_requeue_unsent', 'operation_response', 'operation_trace',
    'operations_claim', 'operations_enqueue', 'operations_lock', 'operations_mark_sent',
    'operations_postpone', 'operations_record', 'provider_problem',
    -- inbox
    'fetch_apply', 'fetch_enqueue', 'inbox_backoff', 'inbox_replay', 'inbox_requeue',
    'inbox_states', 'inbox_unapplied', 'inbox_verdict', 'object_apply',
    'stripe_event_apply_account', 'stripe_event_apply_charge', 'stripe_event_apply_dispute',
    'stripe_event_apply_fraud_warning', 'stripe_event_apply_payment_intent',
    'stripe_event_apply_payout', 'stripe_event_apply_refund', 'stripe_event_apply_review',
    'stripe_event_apply_transfer', 'stripe_event_decode', 'stripe_event_dispatch',
    'stripe_event_locate', 'stripe_event_types', 'unsettled_objects',
    -- reconciliation
    'discrepancy_note', 'provider_facts', 'reconcile_findings', 'reconcile_heal',
    'reconcile_missing', 'reconcile_owner', 'transaction_causes', 'transaction_explain',
    'unowned_note',
    -- invariants
    'invariant_amounts_are_exact', 'invariant_balances_equal_postings',
    'invariant_captured_within_amount', 'invariant_clawbacks_follow_total',
    'invariant_each_lease_counts_once', 'invariant_end_matches_events',
    'invariant_ended_states_stay', 'invariant_escrow_adds_up', 'invariant_events_reach_an_end',
    'invariant_nothing_waits_forever', 'invariant_one_currency_per_payment',
    'invariant_one_intent_per_key', 'invariant_one_refund_per_operation',
    'invariant_one_transfer_per_purpose', 'invariant_one_unresolved_call_per_object',
    'invariant_payment_money_conserved', 'invariant_postings_are_final',
    'invariant_receivables_add_up', 'invariant_references_stay_in_tenant',
    'invariant_refunds_within_captured', 'invariant_refused_is_not_applied',
    'invariant_reversals_within_transfer', 'invariant_rows_match_stripe',
    'invariant_rows_need_their_tenant', 'invariant_shares_equal_captured',
    'invariant_times_are_in_order', 'invariant_transfers_within_shares', 'violations_all',
    'violations_record', 'violations_until',
    -- idempotency
    'idempotency_answer', 'idempotency_begin', 'idempotency_claim', 'idempotency_complete',
    'idempotency_id', 'idempotency_refuse', 'idempotency_retention', 'idempotency_store',
    'idempotency_unspent',
    -- audit
    'append_only_guard', 'audit_act', 'audit_add', 'audit_breaks', 'audit_digest', 'audit_genesis',
    'audits_add',
    -- tenants
    'member_check', 'member_enter', 'owner_check', 'tenant_admit', 'tenant_enter', 'tenant_exists',
    'tenant_guard', 'tenant_ids', 'tenant_status_set', 'tenant_visit',
    -- platform
    'age_bucket', 'clock', 'currency_check', 'currency_unit', 'currency_unit_check',
    'cursor_decode', 'cursor_encode', 'document_found', 'from_epoch', 'id_derive', 'page_of',
    'provider_object_claim', 'reason_check', 'report_period', 'rfc3339', 'state_guard', 'uuid_parse'
], 'the schema payments has just these private functions');
SELECT is_empty($$
    SELECT p.oid::regprocedure FROM pg_proc AS p
     WHERE p.pronamespace IN ('payments'::regnamespace, 'api'::regnamespace, 'ops'::regnamespace)
     GROUP BY p.oid
    HAVING (SELECT count(*) FROM pg_proc AS q WHERE q.pronamespace = p.pronamespace
               AND q.proname = p.proname) > 1
$$, 'no function is overloaded: one name, one callable, one file');
SELECT is_empty($$
    SELECT t.oid::regtype FROM pg_type AS t
     WHERE t.typnamespace IN ('payments'::regnamespace, 'api'::regnamespace, 'ops'::regnamespace)
       AND t.typtype IN ('e', 'd', 'r', 'm')
$$, 'no schema of ours has an enum, domain or range: states are text with a named CHECK');
SELECT is_empty($$
    SELECT c.oid::regclass FROM pg_class AS c
     WHERE c.relnamespace = 'payments'::regnamespace AND (c.relkind = 'S' OR c.relhassubclass)
    UNION ALL
    SELECT a.attrelid::regclass FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'payments'::regnamespace AND a.attidentity <> ''
$$, 'no table has a sequence, an identity column or a child');

-- ── the tenant leads every key ───────────────────────────────────────────────────────────────
CREATE TEMP VIEW our_tables AS
SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
       EXISTS (SELECT FROM pg_attribute AS a
                WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull) AS of_tenant
  FROM pg_class AS c
 WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind IN ('r', 'p');
CREATE TEMP VIEW our_keys AS
SELECT t.relname, k.conname, k.contype, k.confrelid, k.confupdtype, k.confdeltype, k.condeferrable,
       k.conkey,
       (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = k.conrelid
           AND a.attnum = k.conkey[1]) AS leads,
       (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = k.confrelid
           AND a.attnum = k.confkey[1]) AS leads_there
  FROM pg_constraint AS k JOIN our_tables AS t ON t.oid = k.conrelid;

SELECT set_eq($$ SELECT t.relname FROM our_tables AS t WHERE NOT t.of_tenant $$,
    ARRAY['sanctions_versions', 'sanctions_lists', 'sanctions_entries', 'provider_rates',
          'webhook_inbox', 'missed_event_cursors', 'reconciliation_runs', 'unowned_objects',
          'currencies', 'deployment', 'scheduled_tasks', 'state_transitions']::name[],
    'every table but the named ones has a NOT NULL tenant_id');
SELECT is_empty($$
    SELECT t.relname FROM our_tables AS t
     WHERE NOT EXISTS (SELECT FROM our_keys AS k WHERE k.relname = t.relname AND k.contype = 'p')
$$, 'every table has a primary key');
SELECT set_eq(
    $$ SELECT k.relname FROM our_keys AS k WHERE k.contype = 'p' AND k.leads <> 'tenant_id' $$,
    ARRAY['sanctions_versions', 'sanctions_lists', 'sanctions_entries', 'provider_rates',
          'webhook_inbox', 'missed_event_cursors', 'reconciliation_runs', 'unowned_objects',
          'currencies', 'deployment', 'provider_objects', 'scheduled_tasks',
          'state_transitions']::name[],
    'every primary key but the named ones leads with tenant_id');
SELECT is_empty(
    $$ SELECT k.relname, k.conname FROM our_keys AS k WHERE k.contype = 'u'
          AND k.leads <> 'tenant_id' $$,
    'every UNIQUE leads with tenant_id');
SELECT is_empty($$ SELECT k.relname, k.conname FROM our_keys AS k WHERE k.contype = 'x' $$,
    'no table has an EXCLUDE constraint');
SELECT set_eq($$
    SELECT k.relname, k.confrelid::regclass::text FROM our_keys AS k
     WHERE k.contype = 'f' AND (k.leads <> 'tenant_id' OR k.leads_there <> 'tenant_id')
$$, $$ VALUES ('payment_transactions'::name, 'payments.currencies'),
              ('ledger_accounts', 'payments.currencies'),
              ('sanctions_lists', 'payments.sanctions_versions'),
              ('sanctions_entries', 'payments.sanctions_versions') $$,
    'every foreign key leads with tenant_id on both sides, except to the reference table of '
    'currencies');
SELECT is_empty($$
    SELECT k.relname, k.conname FROM our_keys AS k WHERE k.contype = 'f'
       AND (k.confupdtype <> 'a' OR k.confdeltype <> 'a')
$$, 'no foreign key deletes, updates or empties a row on its own');
SELECT is_empty($$ SELECT k.relname, k.conname FROM our_keys AS k WHERE k.condeferrable $$,
    'no constraint can be deferred');
SELECT is_empty($$
    SELECT i.indexrelid::regclass
      FROM pg_index AS i
      JOIN our_tables AS t ON t.oid = i.indrelid AND t.of_tenant
      JOIN pg_attribute AS a ON a.attrelid = i.indexrelid AND a.attnum = 1
     WHERE a.attname <> 'tenant_id' AND i.indexrelid <> 'payments.provider_objects_pkey'::regclass
$$, 'every index of a tenant table leads with tenant_id, except the look-up of a Stripe id');
SELECT is_empty($$
    SELECT i.indexrelid::regclass FROM pg_index AS i JOIN our_tables AS t ON t.oid = i.indrelid
     WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)
$$, 'no index is invalid');
SELECT is_empty($$
    SELECT k.conrelid::regclass, k.conname
      FROM pg_constraint AS k JOIN our_tables AS t ON t.oid = k.conrelid
     WHERE NOT k.convalidated
$$, 'no constraint is left unvalidated');
SELECT indexes_are('payments', 'stripe_operations', ARRAY[
    'stripe_operations_pkey', 'stripe_operations_due', 'stripe_operations_unresolved',
    'stripe_operations_by_payment', 'stripe_operations_by_subject', 'stripe_operations_standing',
    'stripe_operations_troubled', 'stripe_operations_by_created'
], 'the queue of operations has just these indexes');
SELECT is(pg_get_indexdef('payments.stripe_operations_unresolved'::regclass),
    'CREATE UNIQUE INDEX stripe_operations_unresolved ON payments.stripe_operations '
    'USING btree (tenant_id, lock_key) '
    'WHERE ((first_sent_at IS NOT NULL) AND (outcome IS NULL))',
    'the unresolved index allows one call per object that was sent and has no outcome, in whatever '
    'state');

-- ── row security ─────────────────────────────────────────────────────────────────────────────
SELECT set_eq(
    $$ SELECT t.relname FROM our_tables AS t
        WHERE NOT (t.relrowsecurity AND t.relforcerowsecurity) $$,
    ARRAY['currencies', 'deployment', 'state_transitions', 'sanctions_versions', 'sanctions_lists',
          'sanctions_entries']::name[],
    'row security is enabled and forced on every table but the reference data');
SELECT set_eq(
    $$ SELECT p.tablename, p.policyname FROM pg_policies AS p WHERE p.schemaname = 'payments' $$, $$
    SELECT t.relname, 'tenant_rows'::name FROM our_tables AS t WHERE t.of_tenant
    UNION ALL
    SELECT unnest(ARRAY[
        'payment_refunds', 'receivables', 'refund_batches', 'refund_batch_items', 'escrows',
        'escrow_conditions', 'connected_accounts', 'ledger_postings', 'ledger_rollups',
        'stripe_operations', 'discrepancies', 'payment_marks', 'violation_checks',
        'violations_found', 'audit_log', 'audit_heads', 'tenants', 'provider_objects'
    ]::name[]), 'system_reads'
    UNION ALL
    SELECT unnest(ARRAY[
        'provider_rates', 'webhook_inbox', 'missed_event_cursors', 'reconciliation_runs',
        'unowned_objects', 'scheduled_tasks'
    ]::name[]), 'system_rows'
$$, 'every tenant table has the policy tenant_rows, and the only other policies are those of '
    'payments_system');
SELECT is_empty($$
    SELECT p.tablename, p.permissive, p.roles, p.cmd, p.qual, p.with_check FROM pg_policies AS p
     WHERE p.schemaname = 'payments' AND p.policyname = 'tenant_rows'
       AND (p.permissive, p.roles, p.cmd, p.qual, p.with_check) IS DISTINCT FROM
           ('PERMISSIVE', '{public}'::name[], 'ALL',
            '(tenant_id = (NULLIF(current_setting(''app.current_tenant_id''::text, '
            'true), ''''::text))::uuid)',
            '(tenant_id = (NULLIF(current_setting(''app.current_tenant_id''::text, '
            'true), ''''::text))::uuid)')
$$, 'the policy tenant_rows has one text everywhere, in USING and in WITH CHECK, for everybody and '
    'every command');
SELECT is_empty($$
    SELECT p.tablename, p.roles, p.cmd, p.with_check FROM pg_policies AS p
     WHERE p.schemaname = 'payments' AND p.policyname <> 'tenant_rows'
       AND (p.roles <> '{payments_system}' OR p.qual <> 'true'
            OR (p.policyname = 'system_reads') <> (p.cmd = 'SELECT' AND p.with_check IS NULL))
$$, 'a policy without a tenant is for payments_system alone, and system_reads only reads');
SELECT is_empty($$
    SELECT c.relname FROM pg_class AS c
     WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind = 'v'
       AND NOT c.reloptions @> '{security_invoker=true,security_barrier=true}'
$$, 'every view reads with the rights and the row security of who asks');

-- ── triggers ─────────────────────────────────────────────────────────────────────────────────
CREATE TEMP VIEW our_triggers AS
SELECT t.relname, g.tgname, g.tgtype, g.tgenabled, g.tgfoid::regproc::text AS function,
       pg_get_triggerdef(g.oid) AS definition
  FROM pg_trigger AS g JOIN our_tables AS t ON t.oid = g.tgrelid
 WHERE NOT g.tgisinternal;
SELECT set_eq($$ SELECT g.relname, g.tgname FROM our_triggers AS g $$, $$
    SELECT t.relname, 'tenant_guard'::name FROM our_tables AS t WHERE t.of_tenant
    UNION ALL
    SELECT unnest(ARRAY[
        'escrow_events', 'fraud_checks', 'aml_screenings', 'ledger_postings',
        'stripe_operation_attempts', 'audit_log', 'audit_links'
    ]::name[]), 'append_only'
    UNION ALL
    SELECT unnest(ARRAY[
        'payment_transactions', 'stripe_transfers', 'payment_refunds', 'transfer_reversals',
        'escrows', 'reviews', 'stripe_operations'
    ]::name[]), 'state_guard'
    UNION ALL
    SELECT unnest(ARRAY[
        'payment_transactions', 'stripe_transfers', 'payment_refunds', 'transfer_reversals',
        'receivables', 'escrows', 'disputes', 'stripe_operation_attempts'
    ]::name[]), 'payment_mark'
    UNION ALL
    VALUES ('payment_refunds', 'refund_totals'), ('payment_refunds', 'no_delete'),
           ('transfer_reversals', 'reversal_totals'), ('disputes', 'dispute_totals'),
           ('payment_transactions', 'escrow_void'), ('payment_transactions', 'reviews_close')
$$, 'every table with a NOT NULL tenant_id has the tenant guard; ledger, attempts, fraud checks '
    'and escrow history are append-only; states are guarded; sums are kept; changes without a '
    'posting are marked');
SELECT is_empty($$
    SELECT g.relname, g.definition FROM our_triggers AS g
     WHERE g.tgname = 'tenant_guard'
       AND (g.definition NOT LIKE '%BEFORE INSERT ON%FOR EACH ROW WHEN ((new.tenant_id IS DISTINCT '
                                  'FROM '
                || '(NULLIF(current_setting(''app.current_tenant_id''::text, '
                   'true), ''''::text))::uuid))%'
            OR g.function <> 'payments.tenant_guard')
$$, 'the tenant guard fires before every insert of a row whose tenant is not the one entered');
SELECT is_empty($$
    SELECT g.relname, g.definition FROM our_triggers AS g
     WHERE g.tgname = 'append_only'
       AND (g.definition NOT LIKE '%BEFORE DELETE OR UPDATE OR TRUNCATE ON%FOR EACH STATEMENT '
                                  'EXECUTE%'
            OR g.function <> 'payments.append_only_guard')
$$, 'the append-only trigger fires on UPDATE, DELETE and TRUNCATE');
SELECT is_empty($$ SELECT g.relname, g.tgname FROM our_triggers AS g WHERE g.tgenabled <> 'O' $$,
    'no trigger is disabled');

-- ── columns ──────────────────────────────────────────────────────────────────────────────────
CREATE TEMP VIEW our_columns AS
SELECT c.relname, c.relkind, a.attname, a.attnum, a.atttypid::regtype::text AS type, c.oid AS relid
  FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
   AND NOT a.attisdropped
 WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm');
SELECT is_empty($$
    SELECT c.relname, c.attname, c.type FROM our_columns AS c
     WHERE c.type IN ('real', 'double precision', 'money', 'real[]', 'double precision[]',
                      'money[]')
$$, 'no column is a float or money');
SELECT is_empty($$
    SELECT p.oid::regprocedure
      FROM pg_proc AS p
     CROSS JOIN LATERAL unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype)
           AS t (oid)
     WHERE p.pronamespace IN ('payments'::regnamespace, 'api'::regnamespace, 'ops'::regnamespace)
       AND t.oid IN ('real'::regtype, 'double precision'::regtype, 'money'::regtype)
$$, 'no function takes or returns a float or money');
SELECT is_empty($$
    SELECT c.relname, c.attname, c.type FROM our_columns AS c
     WHERE c.attname ~ '(^|_)(amount|fee|total)(_|$)' AND c.type <> 'bigint'
$$, 'every amount is a bigint');
SELECT set_eq($$
    SELECT c.relname, c.attname
      FROM our_columns AS c
      JOIN pg_constraint AS k ON k.conrelid = c.relid AND k.contype = 'p'
                             AND c.attnum = ANY (k.conkey)
     WHERE c.type IN ('smallint', 'integer')
$$, $$ VALUES ('fraud_rulesets'::name, 'version'::name), ('fraud_rules', 'version'),
              ('aml_settings', 'version'), ('aml_limits', 'version'),
              ('sanctions_entries', 'place') $$,
    'a key of 32 bits counts only what a person makes one by one (F54)');
SELECT set_eq($$
    SELECT c.relname FROM our_columns AS c
     WHERE c.attname = 'payment_id' AND c.relkind <> 'v'
       AND NOT EXISTS (SELECT FROM pg_constraint AS k
                        WHERE k.conrelid = c.relid AND k.contype = 'f'
                          AND c.attnum = ANY (k.conkey))
$$, $$ VALUES ('payment_marks'::name) $$,
    'nothing is there for a payment that is not, but for a mark, which locks nothing (F69)');
SELECT set_eq($$
    SELECT c.relname, c.attname FROM our_columns AS c
     WHERE c.attname ~ '(^|_)(amount|fee|total)(_|$)'
       AND NOT EXISTS (SELECT FROM our_columns AS o WHERE o.relid = c.relid
                          AND o.attname = 'currency')
$$, $$ VALUES ('payment_intents'::name, 'provider_fee'::name), ('receivable_nettings', 'amount'),
              ('refund_batches', 'total'), ('escrow_events', 'amount'),
              ('ledger_balances', 'debit_total'), ('ledger_balances', 'credit_total') $$,
    'every amount has its currency beside it, except where the one row it extends has it');
SELECT is_empty($$
    SELECT c.relname, c.attname, c.type FROM our_columns AS c
     WHERE c.type IN ('timestamp without time zone', 'time with time zone', 'character varying',
                      'character', 'json')
$$, 'times are timestamptz, texts are text, documents are jsonb');
SELECT is_empty($$
    SELECT c.relname, c.attname FROM our_columns AS c
     WHERE c.attname IN ('status', 'state', 'kind', 'scope', 'purpose', 'result', 'environment')
       AND c.relkind <> 'v'
       AND NOT EXISTS (SELECT FROM pg_constraint AS k
                        WHERE k.conrelid = c.relid AND k.contype = 'c'
                          AND k.conkey = ARRAY[c.attnum]
                          AND pg_get_constraintdef(k.oid) LIKE '%= ANY (ARRAY[%')
$$, 'every status column has a CHECK that lists its states');
SELECT is_empty($$
    SELECT k.relname, k.conname FROM our_keys AS k WHERE k.contype = 'c'
       AND k.conname ~ '_check[0-9]*$'
$$, 'every CHECK is named for what holds');

-- ── declared state graphs ────────────────────────────────────────────────────────────────────
CREATE TEMP VIEW declared_states AS
SELECT m.machine, s.found[1] AS state
  FROM (VALUES ('payment', 'payment_status_known'), ('transfer', 'transfer_status_known'),
               ('operation', 'operation_state_known'), ('refund', 'refund_status_known'),
               ('reversal', 'reversal_status_known'), ('escrow', 'escrow_status_known'),
               ('review', 'review_status_known')) AS m (machine, conname)
  JOIN pg_constraint AS k ON k.conname = m.conname AND k.connamespace = 'payments'::regnamespace
 CROSS JOIN LATERAL regexp_matches(pg_get_constraintdef(k.oid), '''([a-z_]+)''', 'g') AS s (found);
SELECT set_eq($$
    SELECT s.machine, s.from_state FROM payments.state_transitions AS s
    UNION SELECT s.machine, s.to_state FROM payments.state_transitions AS s
$$, 'SELECT machine, state FROM declared_states',
    'the declared graphs name every state that the CHECKs allow, and no other');
SELECT set_eq($$
    SELECT d.machine, d.state FROM declared_states AS d
    EXCEPT SELECT s.machine, s.from_state FROM payments.state_transitions AS s
$$, $$ VALUES ('payment', 'succeeded'), ('payment', 'canceled'), ('payment', 'failed'),
              ('payment', 'blocked'), ('transfer', 'reversed'), ('transfer', 'canceled'),
              ('refund', 'failed'), ('refund', 'canceled'), ('reversal', 'succeeded'),
              ('reversal', 'canceled'), ('escrow', 'released'), ('review', 'approved'),
              ('review', 'rejected'), ('review', 'canceled'), ('operation', 'succeeded') $$,
    'the terminal states have no successor');
SELECT is_empty($$ SELECT * FROM payments.state_transitions AS s WHERE s.from_state = s.to_state $$,
    'no transition leads to its own start');

-- ── comments ─────────────────────────────────────────────────────────────────────────────────
SELECT is_empty($$
    SELECT c.relname FROM pg_class AS c
     WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
       AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''
    UNION ALL
    SELECT c.relname || '.' || c.attname FROM our_columns AS c
     WHERE coalesce(col_description(c.relid, c.attnum), '') = ''
    UNION ALL
    SELECT n.nspname FROM pg_namespace AS n
     WHERE n.nspname IN ('payments', 'api', 'ops')
       AND coalesce(obj_description(n.oid, 'pg_namespace'), '') = ''
$$, 'every schema, table, view and column has a comment');
SELECT is_empty($$
    SELECT p.oid::regprocedure::text FROM pg_proc AS p
     WHERE p.pronamespace IN ('payments'::regnamespace, 'api'::regnamespace, 'ops'::regnamespace)
       AND coalesce(obj_description(p.oid, 'pg_proc'), '') = ''
    UNION ALL
    SELECT p.polrelid::regclass || ' ' || p.polname
      FROM pg_policy AS p JOIN our_tables AS t ON t.oid = p.polrelid
     WHERE coalesce(obj_description(p.oid, 'pg_policy'), '') = ''
$$, 'every function and every policy has a comment');

-- ── functions ────────────────────────────────────────────────────────────────────────────────
CREATE TEMP VIEW our_functions AS
SELECT p.oid, p.oid::regprocedure::text AS signature, p.prosrc AS body
  FROM pg_proc AS p
 WHERE p.pronamespace IN ('payments'::regnamespace, 'api'::regnamespace, 'ops'::regnamespace);
SELECT is_empty($$
    SELECT f.signature FROM our_functions AS f
     WHERE f.body ~* ('\mwhen\s+others\M|\mpg_notify\M|\mnotify\s|\mset_config\M'
                      '|\mpg_(try_)?advisory|\mmerge\s+into\M')
$$, 'no function catches everything, notifies, sets the tenant by set_config, takes an advisory '
    'lock or merges');
SELECT is_empty($$
    SELECT f.signature FROM our_functions AS f JOIN pg_proc AS p ON p.oid = f.oid
     WHERE 'p_idempotency_key' = ANY (p.proargnames)
       AND ('p_origin' <> ALL (p.proargnames) OR f.body !~ 'idempotency_begin\([^;]*,\s+p_origin\)')
$$, 'every function that answers a client''s call says in the audit log where it came from');
SELECT is_empty($$
    SELECT f.signature FROM our_functions AS f
     WHERE (SELECT count(*) FROM regexp_matches(f.body, 'RAISE EXCEPTION', 'g'))
        <> (SELECT count(*) FROM regexp_matches(f.body, 'ERRCODE = ''PY[0-9]{3}''', 'g'))
        OR (SELECT count(*) FROM regexp_matches(f.body, '\n', 'g')) > 60
$$, 'every refusal has a SQLSTATE of class PY, and no function is longer than 60 lines');

SELECT * FROM finish();
ROLLBACK;
