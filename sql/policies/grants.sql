-- All rights, on one page. REVOKE first: CREATE OR REPLACE keeps old grants, so a line deleted here
-- must take its right away. Re-run last whenever a function or policy file was loaded. What holds
-- everywhere comes first, then a section for each folder of sql/functions: what functions may do
-- with its tables, then who may execute what.

REVOKE ALL ON ALL TABLES IN SCHEMA payments
    FROM PUBLIC, payments_definer, payments_system, payments_api, payments_webhook,
    payments_worker, payments_analyst, payments_operator, payments_backup;
DO $$
DECLARE
    v_table regclass;
BEGIN
    -- REVOKE on a table leaves rights on single columns: they go one by one.
    FOR v_table IN SELECT c.oid::regclass FROM pg_catalog.pg_class AS c
                    WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind IN ('r', 'p', 'v')
    LOOP
        EXECUTE format('REVOKE ALL (%s) ON %s FROM payments_definer, payments_system',
            (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_catalog.pg_attribute AS a
              WHERE a.attrelid = v_table AND a.attnum > 0 AND NOT a.attisdropped), v_table);
    END LOOP;
END
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA payments, api, ops
    FROM PUBLIC, payments_api, payments_webhook, payments_worker,
    payments_analyst, payments_operator, payments_backup;
REVOKE ALL ON SCHEMA payments, api, ops
    FROM PUBLIC, payments_definer, payments_system, payments_api, payments_webhook,
    payments_worker, payments_analyst, payments_operator, payments_backup;

-- Function owners: call each other's functions. They may CREATE during a load only
-- (app/migrations/repeatables.py). payments_system owns the few functions that cross tenants: it
-- gets columns, ids and times only.
GRANT USAGE ON SCHEMA payments, api, ops TO payments_definer, payments_system;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA payments TO payments_definer;

-- payments_definer: just what the functions need. Nobody deletes anything but a roll-up that starts
-- anew, a membership, how a replayed event ended, the names of an old sanctions list, what a
-- comparison with Stripe or a check of the invariants has noted for its own use, and nonces, client
-- keys and fraud signals past their retention.
-- NOTE: ledger_postings, stripe_operation_attempts, audit_log, audit_links, payment_events,
-- provider_objects, split_rules, currencies, fraud rules, signals, checks and state_transitions get
-- no UPDATE: they record facts.
GRANT SELECT ON ALL TABLES IN SCHEMA payments TO payments_definer;
REVOKE SELECT ON payments.webhook_inbox, payments.provider_rates, payments.scheduled_tasks,
    payments.missed_event_cursors, payments.reconciliation_runs, payments.unowned_objects
    FROM payments_definer;

-- Callers: EXECUTE on their list, no right on any table. People use ops, the service api.
GRANT USAGE ON SCHEMA api TO payments_api, payments_webhook, payments_worker;
GRANT USAGE ON SCHEMA ops TO payments_analyst, payments_operator;

-- ── payments ─────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.payment_transactions, payments.payment_intents TO payments_definer;
GRANT UPDATE (status, amount_captured, amount_refunded, amount_refund_pending, amount_disputed,
              failure_code, failure_message, settled_at, updated_at)
    ON payments.payment_transactions TO payments_definer;
GRANT UPDATE (stripe_payment_intent_id, stripe_status, client_secret, livemode, latest_charge_id,
              balance_transaction_id, provider_fee, capture_before, canceled_at,
              cancellation_reason, cancel_reason, updated_at)
    ON payments.payment_intents TO payments_definer;
GRANT EXECUTE ON FUNCTION
    api.payment_cancel(uuid, text, text, bytea, uuid, jsonb, numeric, text, jsonb),
    api.payment_capture(uuid, text, text, bytea, uuid, jsonb, numeric, text, jsonb),
    api.payment_get(uuid, uuid),
    api.payment_list(uuid, jsonb, integer, text),
    api.payments_create(uuid, jsonb, numeric)
    TO payments_api;
GRANT EXECUTE ON FUNCTION
    ops.intent_funnel(uuid, timestamptz, timestamptz),
    ops.payment_timeline(uuid, uuid)
    TO payments_analyst, payments_operator;

-- ── splits ───────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.split_rules, payments.payment_splits TO payments_definer;
GRANT UPDATE (amount) ON payments.payment_splits TO payments_definer;
GRANT EXECUTE ON FUNCTION
    ops.split_preview(bigint, jsonb, bigint, text)
    TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.split_rule_set(uuid, text, text, jsonb, timestamptz, timestamptz)
    TO payments_operator;

-- ── transfers ────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.stripe_transfers TO payments_definer;
GRANT UPDATE (status, stripe_transfer_id, amount_reversed, amount_reversal_pending, paid_at,
              updated_at)
    ON payments.stripe_transfers TO payments_definer;
GRANT EXECUTE ON FUNCTION
    api.transfer_get(uuid, uuid),
    api.transfer_list(uuid, jsonb, integer, text)
    TO payments_api;
GRANT EXECUTE ON FUNCTION
    ops.transfer_ageing(uuid),
    ops.transfer_failures(uuid, timestamptz, timestamptz),
    ops.transfers_pending(uuid)
    TO payments_analyst, payments_operator;

-- ── payouts ──────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.payouts TO payments_definer;
GRANT UPDATE (status, arrival_date, failure_code, failure_message, updated_at)
    ON payments.payouts TO payments_definer;
GRANT EXECUTE ON FUNCTION
    ops.payout_statement(uuid, text, text, timestamptz, timestamptz),
    ops.payouts(uuid, text, text)
    TO payments_analyst, payments_operator;

-- ── refunds ──────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON
    payments.refund_policies, payments.payment_refunds, payments.clawback_shares,
    payments.transfer_reversals TO payments_definer;
GRANT UPDATE (status, stripe_refund_id, failure_reason, pending_reason, accepted_at, updated_at)
    ON payments.payment_refunds TO payments_definer;
GRANT UPDATE (status, stripe_reversal_id, shortfall, updated_at)
    ON payments.transfer_reversals TO payments_definer;
GRANT SELECT (tenant_id, payment_id, origin, status, accepted_at, pending_reason)
    ON payments.payment_refunds TO payments_system;
GRANT EXECUTE ON FUNCTION
    api.refund_create(uuid, text, text, bytea, jsonb, numeric, text, jsonb),
    api.refund_get(uuid, uuid),
    api.refund_list(uuid, jsonb, integer, text)
    TO payments_api;
GRANT EXECUTE ON FUNCTION
    api.refunds_waiting(uuid),
    api.refunds_waiting_due(integer)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION ops.refunds_pending(uuid) TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.refund_policy_set(uuid, text, integer, timestamptz, interval, text[])
    TO payments_operator;

-- ── receivables ──────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.receivables, payments.receivable_nettings TO payments_definer;
GRANT UPDATE (amount_netted, amount_reversing, amount_reversed, retries, next_retry_at, updated_at)
    ON payments.receivables TO payments_definer;
GRANT SELECT (tenant_id, next_retry_at) ON payments.receivables TO payments_system;
GRANT EXECUTE ON FUNCTION
    api.receivable_retry(uuid),
    api.receivables_due(integer)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION ops.receivables_outstanding(uuid) TO payments_analyst, payments_operator;

-- ── cancellations ────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.refund_batches, payments.refund_batch_items TO payments_definer;
GRANT UPDATE (status, total, finished_at, updated_at)
    ON payments.refund_batches TO payments_definer;
GRANT UPDATE (state, refund_id, attempts, error, next_run_at, updated_at)
    ON payments.refund_batch_items TO payments_definer;
GRANT SELECT (tenant_id, id, status) ON payments.refund_batches TO payments_system;
GRANT SELECT (tenant_id, batch_id, state, next_run_at)
    ON payments.refund_batch_items TO payments_system;
GRANT EXECUTE ON FUNCTION
    api.refund_batch_get(uuid, uuid),
    api.show_cancel(uuid, text, text, bytea, text, jsonb, numeric, text, jsonb)
    TO payments_api;
GRANT EXECUTE ON FUNCTION
    api.refund_batch_advance(uuid),
    api.refund_batch_postpone(uuid, text),
    api.refund_batches_due(integer)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.refund_batch_failures(uuid, uuid),
    ops.refund_batch_progress(uuid, uuid),
    ops.refund_batches(uuid)
    TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.refund_batch_resume(uuid, uuid),
    ops.refund_batch_start(uuid, text, text),
    ops.refund_batch_stop(uuid, uuid)
    TO payments_operator;

-- ── escrow ───────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON
    payments.escrows, payments.escrow_conditions, payments.escrow_events TO payments_definer;
GRANT UPDATE (amount, held_amount, released_amount, refunded_amount, status, updated_at)
    ON payments.escrows TO payments_definer;
GRANT UPDATE (evidence, confirmed_by, confirmed_at)
    ON payments.escrow_conditions TO payments_definer;
GRANT SELECT (tenant_id, id, payment_id, status, hold_until) ON payments.escrows TO payments_system;
GRANT SELECT (tenant_id, escrow_id, confirmed_at) ON payments.escrow_conditions TO payments_system;
GRANT EXECUTE ON FUNCTION
    api.escrow_cancel(uuid, text, text, bytea, uuid, jsonb, numeric, text, jsonb),
    api.escrow_condition_confirm(uuid, text, text, bytea, uuid, text, jsonb, numeric, text, jsonb),
    api.escrow_get(uuid, uuid),
    api.escrow_release(uuid, text, text, bytea, uuid, jsonb, numeric, text, jsonb)
    TO payments_api;
GRANT EXECUTE ON FUNCTION
    api.escrows_due(integer),
    api.escrows_release_due(uuid, integer)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION ops.escrow_ageing(uuid) TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.escrow_freeze(uuid, uuid, text),
    ops.escrow_release_by_hand(uuid, uuid, text, bigint),
    ops.escrow_unfreeze(uuid, uuid, text)
    TO payments_operator;

-- ── disputes ─────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.disputes, payments.early_fraud_warnings TO payments_definer;
GRANT UPDATE (amount, status, reason, evidence_due_by, submission_count, allocated_at,
              allocated_amount, updated_at)
    ON payments.disputes TO payments_definer;
GRANT EXECUTE ON FUNCTION
    api.dispute_evidence_submit(uuid, text, text, bytea, uuid, jsonb, numeric, text, jsonb),
    api.dispute_get(uuid, uuid),
    api.dispute_list(uuid, jsonb, integer, text)
    TO payments_api;
GRANT EXECUTE ON FUNCTION
    ops.dispute_rate(uuid, timestamptz, timestamptz)
    TO payments_analyst, payments_operator;

-- ── distributions ────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.clawback_snapshots, payments.distributions TO payments_definer;
GRANT UPDATE (amount) ON payments.clawback_snapshots TO payments_definer;
GRANT EXECUTE ON FUNCTION
    api.distribution_create(uuid, text, text, bytea, jsonb, numeric, text, jsonb),
    api.distribution_get(uuid, uuid)
    TO payments_api;

-- ── accounts ─────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.connected_accounts TO payments_definer;
GRANT UPDATE (email, country, business_name, status, stripe_account_id, transfers_enabled,
              charges_enabled, payouts_enabled, details_submitted, requirements, disabled_reason,
              onboarding_url, onboarding_expires_at, updated_at)
    ON payments.connected_accounts TO payments_definer;
GRANT SELECT (stripe_account_id) ON payments.connected_accounts TO payments_system;
GRANT EXECUTE ON FUNCTION
    api.connected_account_create(uuid, text, text, bytea, jsonb, numeric, text, jsonb),
    api.connected_account_get(uuid, uuid),
    api.onboarding_link_create(uuid, text, text, bytea, uuid, jsonb, numeric, text, jsonb)
    TO payments_api;
GRANT EXECUTE ON FUNCTION ops.payee_disable(uuid, text, text, text) TO payments_operator;

-- ── screening ────────────────────────────────────────────────────────────────────────────────────
-- The lists are written by the database's owner alone, through ops.sanctions_*: nobody else may
-- execute those.
GRANT INSERT ON
    payments.fraud_rulesets, payments.fraud_rules, payments.fraud_list_entries,
    payments.fraud_checks, payments.aml_settings, payments.aml_limits, payments.exchange_rates,
    payments.aml_screenings, payments.sanctions_versions, payments.sanctions_lists, payments.reviews
    TO payments_definer;
GRANT INSERT, DELETE ON payments.fraud_signals, payments.sanctions_entries TO payments_definer;
GRANT UPDATE (note, active, expires_at, updated_at, updated_by)
    ON payments.fraud_list_entries TO payments_definer;
GRANT UPDATE (names) ON payments.sanctions_versions TO payments_definer;
GRANT UPDATE (version_id, activated_at, activated_by)
    ON payments.sanctions_lists TO payments_definer;
GRANT UPDATE (status, note, decided_by, decided_at, updated_at)
    ON payments.reviews TO payments_definer;
GRANT EXECUTE ON FUNCTION
    api.review_decide(uuid, text, text, bytea, uuid, text, jsonb, numeric, text, jsonb),
    api.review_list(uuid, jsonb, integer, text)
    TO payments_api;
GRANT EXECUTE ON FUNCTION api.fraud_signals_sweep(uuid, integer) TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.aml_screenings(uuid, uuid),
    ops.fraud_checks(uuid, uuid),
    ops.fraud_replay(uuid, uuid),
    ops.fraud_rules(uuid),
    ops.reviews_outstanding(uuid),
    ops.sanctions_search(text, integer),
    ops.sanctions_versions()
    TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.accounts_screen(uuid),
    ops.aml_limit_set(uuid, text, bigint, bigint, bigint),
    ops.aml_settings_set(uuid, integer, text),
    ops.exchange_rate_set(uuid, text, text, numeric, timestamptz),
    ops.fraud_list_set(uuid, text, text, text, boolean, text, timestamptz),
    ops.fraud_rule_set(uuid, text, boolean, integer, integer, jsonb, text),
    ops.fraud_rules_reset(uuid),
    ops.fraud_scores_set(uuid, integer, integer),
    ops.review_approve(uuid, uuid, text),
    ops.review_reject(uuid, uuid, text)
    TO payments_operator;

-- ── ledger ───────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON
    payments.ledger_accounts, payments.ledger_postings, payments.ledger_rollups TO payments_definer;
GRANT INSERT, DELETE ON payments.ledger_balances TO payments_definer;
GRANT UPDATE (debit_total, credit_total) ON payments.ledger_balances TO payments_definer;
GRANT UPDATE (folded_xid, folded_at) ON payments.ledger_rollups TO payments_definer;
GRANT SELECT (tenant_id, posted_xid) ON payments.ledger_postings TO payments_system;
GRANT SELECT (tenant_id, folded_xid) ON payments.ledger_rollups TO payments_system;
GRANT EXECUTE ON FUNCTION
    api.ledger_rollup(uuid),
    api.ledger_rollups_due(integer)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.ledger_balance_at(uuid, timestamptz),
    ops.ledger_balances(uuid),
    ops.revenue(uuid, timestamptz, timestamptz, text, text)
    TO payments_analyst, payments_operator;

-- ── operations ───────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.stripe_operations, payments.stripe_operation_attempts TO payments_definer;
GRANT UPDATE (idempotency_id, request, state, outcome, generation, lease_epoch, leased_by, failures,
              holds, next_run_at, first_sent_at, first_sent_epoch, last_sent_at, finished_at,
              provider_id, last_error_code, last_error, trace_context, updated_at)
    ON payments.stripe_operations TO payments_definer;
GRANT SELECT, INSERT, UPDATE ON payments.provider_rates TO payments_system;
GRANT SELECT (tenant_id, id, state, holds, next_run_at)
    ON payments.stripe_operations TO payments_system;
GRANT EXECUTE ON FUNCTION payments.operation_backoff(integer, numeric, numeric) TO payments_system;
GRANT EXECUTE ON FUNCTION api.requests_record(uuid, jsonb) TO payments_api;
GRANT EXECUTE ON FUNCTION
    api.operations_outstanding(uuid),
    api.operations_unresolved_tenants(integer),
    api.rate_lease(text, numeric, integer, boolean)
    TO payments_api, payments_worker;
GRANT EXECUTE ON FUNCTION api.operation_traces(uuid, uuid[]) TO payments_webhook, payments_worker;
GRANT EXECUTE ON FUNCTION
    api.operations_claim_and_fence(uuid, text, integer, numeric),
    api.operations_due(integer),
    api.operations_fence(uuid, uuid[], bigint[], numeric),
    api.operations_release(uuid, uuid[], bigint[]),
    api.results_record(uuid, jsonb)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.operations_stuck(uuid, interval)
    TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.operation_cancel(uuid, uuid, text),
    ops.operation_retry(uuid, uuid)
    TO payments_operator;

-- ── inbox ────────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT, DELETE ON payments.payment_events TO payments_definer;
GRANT SELECT, INSERT, UPDATE ON
    payments.webhook_inbox, payments.missed_event_cursors TO payments_system;
GRANT EXECUTE ON FUNCTION
    payments.inbox_backoff(interval),
    payments.inbox_verdict(text, text, bigint, interval),
    payments.stripe_event_types()
    TO payments_system;
GRANT EXECUTE ON FUNCTION api.stripe_event_types() TO payments_api;
GRANT EXECUTE ON FUNCTION
    api.inbox_receive(text[], text[], text[], jsonb[], bytea[])
    TO payments_webhook, payments_worker;
GRANT EXECUTE ON FUNCTION
    api.inbox_apply(uuid, text, text, bytea),
    api.inbox_claim(text, integer, numeric),
    api.inbox_finish(jsonb),
    api.missed_events_advance(text, timestamptz, text),
    api.missed_events_done(text, timestamptz),
    api.missed_events_due(integer),
    api.unsettled_objects_fetch(uuid, numeric, numeric, integer)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.inbox_lag(uuid, timestamptz, timestamptz),
    ops.inbox_unapplied(uuid)
    TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.inbox_replay(uuid, text),
    ops.inbox_replay_period(uuid, timestamptz, timestamptz)
    TO payments_operator;

-- ── reconciliation ───────────────────────────────────────────────────────────────────────────────
GRANT INSERT, DELETE ON
    payments.reconciliation_sightings, payments.reconciliation_totals TO payments_definer;
GRANT INSERT ON payments.discrepancies TO payments_definer;
GRANT UPDATE (object_id, at_provider, ours, unexplained, opened_at, last_seen_at, state, ended_at,
              resolved_by, note)
    ON payments.discrepancies TO payments_definer;
GRANT SELECT, INSERT, UPDATE ON
    payments.reconciliation_runs, payments.unowned_objects TO payments_system;
GRANT SELECT (tenant_id, class, unexplained, currency, occurred_at, opened_at, state)
    ON payments.discrepancies TO payments_system;
GRANT EXECUTE ON FUNCTION api.discrepancy_totals() TO payments_api, payments_worker;
GRANT EXECUTE ON FUNCTION
    api.reconcile_accounts(text, integer),
    api.reconcile_begin(text, timestamptz, numeric),
    api.reconcile_compare(uuid, jsonb, text, text, jsonb),
    api.reconcile_end(jsonb, text[], text),
    api.reconcile_report(uuid, jsonb),
    api.reconcile_settle(uuid, jsonb, text[]),
    api.reconcile_sort(jsonb, text, text, jsonb),
    api.unowned_report()
    TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.discrepancies_outstanding(uuid)
    TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.discrepancy_resolve(uuid, uuid, text),
    ops.unowned_object_resolve(text, text, text),
    ops.unowned_objects()
    TO payments_operator;

-- ── invariants ───────────────────────────────────────────────────────────────────────────────────
GRANT INSERT, DELETE ON payments.payment_marks, payments.violations_found TO payments_definer;
GRANT INSERT ON payments.violation_checks TO payments_definer;
GRANT UPDATE (checked_xid, checked_at) ON payments.violation_checks TO payments_definer;
GRANT UPDATE (detail) ON payments.violations_found TO payments_definer;
GRANT SELECT (tenant_id, marked_xid) ON payments.payment_marks TO payments_system;
GRANT SELECT (tenant_id, checked_xid) ON payments.violation_checks TO payments_system;
GRANT SELECT (tenant_id) ON payments.violations_found TO payments_system;
GRANT EXECUTE ON FUNCTION api.violations_total() TO payments_api, payments_worker;
GRANT EXECUTE ON FUNCTION
    api.violations_check(uuid, integer),
    api.violations_due(integer)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.money_violations(uuid),
    ops.violations_outstanding(uuid)
    TO payments_analyst, payments_operator;

-- ── idempotency ──────────────────────────────────────────────────────────────────────────────────
GRANT INSERT, DELETE ON payments.idempotency_keys, payments.request_nonces TO payments_definer;
GRANT UPDATE (operation_id, response_status, response_body, problem, problem_detail, completed_at)
    ON payments.idempotency_keys TO payments_definer;
GRANT EXECUTE ON FUNCTION api.nonce_use(uuid, text, text, integer) TO payments_api;
GRANT EXECUTE ON FUNCTION
    api.idempotency_sweep(uuid, integer),
    api.nonces_sweep(uuid, integer)
    TO payments_worker;

-- ── audit ────────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.audit_log, payments.audit_links, payments.audit_heads TO payments_definer;
GRANT UPDATE (chained_xid, seq, digest, chained_at) ON payments.audit_heads TO payments_definer;
GRANT SELECT (tenant_id, recorded_xid) ON payments.audit_log TO payments_system;
GRANT SELECT (tenant_id, chained_xid) ON payments.audit_heads TO payments_system;
GRANT EXECUTE ON FUNCTION api.audit_refusal(uuid, text, text, text, jsonb) TO payments_api;
GRANT EXECUTE ON FUNCTION
    api.audit_chain(uuid, integer),
    api.audit_chain_due(integer)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.audit_verify(uuid, bigint, text)
    TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.audit_list(uuid, text, text, timestamptz, timestamptz, integer)
    TO payments_operator;

-- ── tenants ──────────────────────────────────────────────────────────────────────────────────────
-- NOTE: tenants are registered and given members by the database's owner only: no grant here.
GRANT INSERT ON payments.tenants TO payments_definer;
GRANT INSERT, DELETE ON payments.tenant_members TO payments_definer;
GRANT UPDATE (name, status, onboarding_return_url, onboarding_refresh_url, updated_at)
    ON payments.tenants TO payments_definer;
GRANT SELECT (tenant_id) ON payments.tenants TO payments_system;
GRANT EXECUTE ON FUNCTION api.tenant_check(uuid) TO payments_api;
GRANT EXECUTE ON FUNCTION api.set_tenant(uuid) TO payments_api, payments_worker;
GRANT EXECUTE ON FUNCTION api.tenants_page(uuid, integer) TO payments_worker;
GRANT EXECUTE ON FUNCTION
    ops.tenant_list(),
    ops.tenants_compared(timestamptz, timestamptz)
    TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION
    ops.tenant_disable(uuid),
    ops.tenant_enable(uuid)
    TO payments_operator;

-- ── platform ─────────────────────────────────────────────────────────────────────────────────────
GRANT INSERT ON payments.provider_objects TO payments_definer;
GRANT UPDATE (environment, clock_offset) ON payments.deployment TO payments_definer;
GRANT SELECT ON payments.deployment TO payments_system;
GRANT SELECT, INSERT, UPDATE ON payments.scheduled_tasks TO payments_system;
GRANT SELECT (provider_id, tenant_id) ON payments.provider_objects TO payments_system;
-- Which migrations were applied: api.schema_migrations.
GRANT USAGE ON SCHEMA migrations TO payments_definer;
GRANT SELECT (migration_id) ON migrations._yoyo_migration TO payments_definer;
GRANT EXECUTE ON FUNCTION
    payments.clock(),
    payments.from_epoch(text),
    payments.uuid_parse(text)
    TO payments_system;
GRANT EXECUTE ON FUNCTION api.schema_check() TO payments_api, payments_webhook, payments_worker;
GRANT EXECUTE ON FUNCTION
    api.queues_state(),
    api.schema_migrations()
    TO payments_api, payments_worker;
GRANT EXECUTE ON FUNCTION
    api.next_due(),
    api.scheduled_task_claim(text, numeric, numeric),
    api.scheduled_task_done(text, numeric)
    TO payments_worker;
GRANT EXECUTE ON FUNCTION ops.incidents() TO payments_analyst, payments_operator;
GRANT EXECUTE ON FUNCTION ops.clock_advance(bigint) TO payments_operator;

-- ── backup ───────────────────────────────────────────────────────────────────────────────────────
-- What has been applied, too: a dump without it could not be migrated any further.
GRANT USAGE ON SCHEMA payments, migrations TO payments_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA payments, migrations TO payments_backup;
