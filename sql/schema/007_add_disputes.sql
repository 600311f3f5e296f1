-- Chargebacks and inquiries, and the banks' early warnings.
-- depends: 006_add_escrow

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.disputes (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL,
    payment_id        uuid NOT NULL,
    stripe_dispute_id text NOT NULL,
    amount            bigint NOT NULL CONSTRAINT dispute_amount_positive CHECK (amount > 0),
    currency          text NOT NULL,
    status            text NOT NULL CONSTRAINT dispute_status_known CHECK (status IN (
        'warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response',
        'under_review',
        'appeal_needs_response', 'appeal_under_review', 'prevented', 'won', 'lost')),
    reason            text,
    evidence_due_by   timestamptz,
    submission_count  integer NOT NULL DEFAULT 0,
    allocated_at      timestamptz,
    allocated_amount  bigint NOT NULL DEFAULT 0 CONSTRAINT dispute_allocated_not_negative
    CHECK (allocated_amount >= 0),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT dispute_stripe_id_once UNIQUE (tenant_id, stripe_dispute_id),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency)
);
COMMENT ON TABLE payments.disputes IS
    'A bank''s claim against a payment; several per payment possible, and more than was paid.';
COMMENT ON COLUMN payments.disputes.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.disputes.id IS 'The {id} of the API; derived from Stripe''s id.';
COMMENT ON COLUMN payments.disputes.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.disputes.stripe_dispute_id IS 'dp_… or du_…';
COMMENT ON COLUMN payments.disputes.amount IS 'Claimed, minor units.';
COMMENT ON COLUMN payments.disputes.currency IS 'The payment''s currency.';
COMMENT ON COLUMN payments.disputes.status IS
    'As Stripe says; warning_*: an inquiry, nothing withdrawn. won, lost, warning_closed, '
    'prevented: over.';
COMMENT ON COLUMN payments.disputes.reason IS 'Stripe''s reason.';
COMMENT ON COLUMN payments.disputes.evidence_due_by IS 'Deadline for evidence.';
COMMENT ON COLUMN payments.disputes.submission_count IS 'How often evidence went out.';
COMMENT ON COLUMN payments.disputes.allocated_at IS
    'When a loss was shared out among the payees; null: not yet, or not lost.';
COMMENT ON COLUMN payments.disputes.allocated_amount IS
    'How much of it, minor units: never more than was captured and not given back.';
COMMENT ON COLUMN payments.disputes.created_at IS 'When learnt.';
COMMENT ON COLUMN payments.disputes.updated_at IS 'When last changed.';
ALTER TABLE payments.disputes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX disputes_by_payment ON payments.disputes (tenant_id, payment_id);
CREATE INDEX disputes_by_created ON payments.disputes (tenant_id, created_at DESC, id DESC);

CREATE TABLE payments.early_fraud_warnings (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    payment_id  uuid NOT NULL,
    stripe_id   text NOT NULL,
    fraud_type  text,
    actionable  boolean,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id)
);
COMMENT ON TABLE payments.early_fraud_warnings IS
    'A bank''s warning that a charge looks fraudulent; a dispute often follows.';
COMMENT ON COLUMN payments.early_fraud_warnings.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.early_fraud_warnings.id IS 'Derived from Stripe''s id.';
COMMENT ON COLUMN payments.early_fraud_warnings.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.early_fraud_warnings.stripe_id IS 'issfr_…';
COMMENT ON COLUMN payments.early_fraud_warnings.fraud_type IS 'Stripe''s word.';
COMMENT ON COLUMN payments.early_fraud_warnings.actionable IS 'Whether a refund would still help.';
COMMENT ON COLUMN payments.early_fraud_warnings.created_at IS 'When learnt.';
ALTER TABLE payments.early_fraud_warnings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX early_fraud_warnings_by_payment
    ON payments.early_fraud_warnings (tenant_id, payment_id);
