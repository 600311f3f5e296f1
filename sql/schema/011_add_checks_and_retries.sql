-- What the continuous check of the money invariants remembers, and what a second attempt at a refused reversal needs.
-- depends: 010_add_reconciliation

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.payment_marks (
    tenant_id  uuid NOT NULL,
    payment_id uuid NOT NULL,
    marked_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, marked_xid, payment_id)
);
COMMENT ON TABLE payments.payment_marks IS
    'Payments changed by a transaction that need not have posted anything; with ledger_postings, all that violations_check has to look at again. Deleted once looked at. No foreign key: a mark must lock nothing.';
COMMENT ON COLUMN payments.payment_marks.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.payment_marks.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.payment_marks.marked_xid IS 'Transaction that changed it: read by this, so a late commit is never lost.';
ALTER TABLE payments.payment_marks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.violation_checks (
    tenant_id   uuid PRIMARY KEY REFERENCES payments.tenants (tenant_id),
    checked_xid xid8 NOT NULL,
    checked_at  timestamptz NOT NULL
);
COMMENT ON TABLE payments.violation_checks IS 'How far a tenant''s payments have been checked against the money invariants.';
COMMENT ON COLUMN payments.violation_checks.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.violation_checks.checked_xid IS 'What earlier transactions touched has been checked, nothing of this or a later one.';
COMMENT ON COLUMN payments.violation_checks.checked_at IS 'When it last moved.';
ALTER TABLE payments.violation_checks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.violations_found (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    payment_id  uuid NOT NULL,
    invariant   text NOT NULL,
    object_type text NOT NULL,
    object_id   text NOT NULL,
    detail      text NOT NULL,
    found_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id)
);
COMMENT ON TABLE payments.violations_found IS
    'Breaches of a money invariant that the continuous check has found and that are still there. Empty, always.';
COMMENT ON COLUMN payments.violations_found.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.violations_found.id IS 'Derived from payment, invariant and object.';
COMMENT ON COLUMN payments.violations_found.payment_id IS 'The payment it was found with.';
COMMENT ON COLUMN payments.violations_found.invariant IS 'M01 …';
COMMENT ON COLUMN payments.violations_found.object_type IS 'What breaks it.';
COMMENT ON COLUMN payments.violations_found.object_id IS 'Its id.';
COMMENT ON COLUMN payments.violations_found.detail IS 'In which way.';
COMMENT ON COLUMN payments.violations_found.found_at IS 'When first found.';
ALTER TABLE payments.violations_found ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

ALTER TABLE payments.receivables
    ADD COLUMN amount_reversing bigint NOT NULL DEFAULT 0,
    ADD COLUMN amount_reversed  bigint NOT NULL DEFAULT 0,
    ADD COLUMN retries          integer NOT NULL DEFAULT 0,
    ADD COLUMN next_retry_at    timestamptz;
COMMENT ON COLUMN payments.receivables.amount_reversing IS 'Minor units that a repeated reversal is asking the payee''s account for; not netted meanwhile.';
COMMENT ON COLUMN payments.receivables.amount_reversed IS 'Minor units that a repeated reversal has brought back.';
COMMENT ON COLUMN payments.receivables.retries IS 'Repeated reversals so far.';
COMMENT ON COLUMN payments.receivables.next_retry_at IS 'When the reversal is asked for again; null: not, or not any more.';
-- Checked within this transaction: reversals and receivables are few, and their checks only widen or hold for zeros.
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE payments.receivables ADD CONSTRAINT receivable_collected_within_amount CHECK (
    amount_reversing >= 0 AND amount_reversed >= 0
    AND amount_netted + amount_reversing + amount_reversed <= amount);
-- squawk-ignore ban-drop-constraint
ALTER TABLE payments.transfer_reversals DROP CONSTRAINT reversal_status_known;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE payments.transfer_reversals ADD CONSTRAINT reversal_status_known
    CHECK (status IN ('waiting', 'pending', 'succeeded', 'failed', 'canceled'));
-- squawk-ignore ban-drop-constraint
ALTER TABLE payments.transfer_reversals DROP CONSTRAINT reversal_cause_known;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE payments.transfer_reversals ADD CONSTRAINT reversal_cause_known
    CHECK (cause_type IN ('refund', 'dispute', 'receivable'));
COMMENT ON COLUMN payments.transfer_reversals.cause_type IS 'refund, dispute, or receivable: a repeated attempt at what the payee owes.';
COMMENT ON COLUMN payments.transfer_reversals.cause_id IS 'The refund or dispute; of a repeated attempt derived from receivable and number.';
COMMENT ON COLUMN payments.transfer_reversals.status IS
    'waiting: its transfer is still on its way. pending: asked for. succeeded. failed: not covered, see shortfall. canceled: its transfer never went out and was made smaller instead.';
INSERT INTO payments.state_transitions (machine, from_state, to_state) VALUES ('reversal', 'waiting', 'canceled');

ALTER TABLE payments.payment_intents ADD COLUMN cancel_reason text;
COMMENT ON COLUMN payments.payment_intents.cancel_reason IS 'Why its cancellation was asked for, in the caller''s words; Stripe is told only what it has a word for.';

ALTER TABLE payments.payment_refunds ADD COLUMN pending_reason text;
COMMENT ON COLUMN payments.payment_refunds.pending_reason IS
    'Why Stripe has not paid it out yet, in Stripe''s words: insufficient_funds waits for the platform''s balance. Null once it has ended.';
-- Receivables, nettings and refunds are few beside payments: building these holds up their writers for a moment only.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX payment_refunds_waiting ON payments.payment_refunds (tenant_id, pending_reason) WHERE pending_reason IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX receivables_by_payment ON payments.receivables (tenant_id, payment_id);
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX receivables_retried ON payments.receivables (tenant_id, next_retry_at) WHERE next_retry_at IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX receivable_nettings_by_payment ON payments.receivable_nettings (tenant_id, payment_id);
