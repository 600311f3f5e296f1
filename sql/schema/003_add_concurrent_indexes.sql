-- transactional: false
-- Secondary indexes, built without blocking writers. DROP first: a build that failed leaves an
-- invalid index behind, which CREATE … IF NOT EXISTS would keep. One pair a line; the rollback
-- mirrors them.
-- depends: 002_add_rls_policies
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_transactions_by_order;
CREATE INDEX CONCURRENTLY payment_transactions_by_order
    ON payments.payment_transactions (tenant_id, order_id);
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_transactions_by_created;
CREATE INDEX CONCURRENTLY payment_transactions_by_created
    ON payments.payment_transactions (tenant_id, created_at DESC, id DESC);
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_transactions_by_customer;
CREATE INDEX CONCURRENTLY payment_transactions_by_customer
    ON payments.payment_transactions (tenant_id, customer_id, created_at DESC)
     WHERE customer_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_transactions_by_show;
CREATE INDEX CONCURRENTLY payment_transactions_by_show
    ON payments.payment_transactions (tenant_id, show_id, created_at DESC)
     WHERE show_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS payments.ledger_postings_by_xid;
CREATE INDEX CONCURRENTLY ledger_postings_by_xid
    ON payments.ledger_postings (tenant_id, posted_xid);
DROP INDEX CONCURRENTLY IF EXISTS payments.ledger_postings_by_payment;
CREATE INDEX CONCURRENTLY ledger_postings_by_payment
    ON payments.ledger_postings (tenant_id, payment_id);
DROP INDEX CONCURRENTLY IF EXISTS payments.ledger_postings_by_time;
CREATE INDEX CONCURRENTLY ledger_postings_by_time
    ON payments.ledger_postings (tenant_id, posted_at);
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_due;
CREATE INDEX CONCURRENTLY stripe_operations_due
    ON payments.stripe_operations (tenant_id, next_run_at)
     WHERE state IN ('ready', 'leased', 'unknown') AND holds = '{}';
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_unresolved;
CREATE UNIQUE INDEX CONCURRENTLY stripe_operations_unresolved
    ON payments.stripe_operations (tenant_id, lock_key) WHERE first_sent_at IS NOT NULL
       AND outcome IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_by_payment;
CREATE INDEX CONCURRENTLY stripe_operations_by_payment
    ON payments.stripe_operations (tenant_id, payment_id);
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_by_subject;
CREATE INDEX CONCURRENTLY stripe_operations_by_subject
    ON payments.stripe_operations (tenant_id, subject_id);
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_troubled;
CREATE INDEX CONCURRENTLY stripe_operations_troubled
    ON payments.stripe_operations (tenant_id, state) WHERE state IN ('unknown', 'dead');
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_standing;
CREATE INDEX CONCURRENTLY stripe_operations_standing
    ON payments.stripe_operations (tenant_id, created_at) WHERE state IN ('failed', 'dead')
        OR holds <> '{}';
-- Block ranges: a run reads the operations of its days without a tree to keep up on the way of
-- every payment.
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_by_created;
CREATE INDEX CONCURRENTLY stripe_operations_by_created
    ON payments.stripe_operations USING brin (tenant_id, created_at) WITH (autosummarize = on);
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operation_attempts_by_operation;
CREATE INDEX CONCURRENTLY stripe_operation_attempts_by_operation
    ON payments.stripe_operation_attempts (tenant_id, operation_id);
DROP INDEX CONCURRENTLY IF EXISTS payments.idempotency_keys_by_created;
CREATE INDEX CONCURRENTLY idempotency_keys_by_created
    ON payments.idempotency_keys (tenant_id, created_at);
DROP INDEX CONCURRENTLY IF EXISTS payments.request_nonces_by_expiry;
CREATE INDEX CONCURRENTLY request_nonces_by_expiry
    ON payments.request_nonces (tenant_id, expires_at);
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_events_by_payment;
CREATE INDEX CONCURRENTLY payment_events_by_payment
    ON payments.payment_events (tenant_id, payment_id);
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_events_by_applied;
CREATE INDEX CONCURRENTLY payment_events_by_applied
    ON payments.payment_events (tenant_id, applied_at);
DROP INDEX CONCURRENTLY IF EXISTS payments.webhook_inbox_due;
CREATE INDEX CONCURRENTLY webhook_inbox_due ON payments.webhook_inbox (next_run_at)
    WHERE state IN ('received', 'waiting');
DROP INDEX CONCURRENTLY IF EXISTS payments.webhook_inbox_unapplied;
CREATE INDEX CONCURRENTLY webhook_inbox_unapplied
    ON payments.webhook_inbox (tenant_id, received_at)
     WHERE state IN ('waiting', 'quarantined', 'dead');
