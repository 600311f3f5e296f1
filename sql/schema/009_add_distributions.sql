-- Parts of a payment that services give away from the platform's share after settlement.
-- depends: 008_add_cancellations

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.distributions (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount     bigint NOT NULL CONSTRAINT distribution_amount_positive CHECK (amount > 0),
    currency   text NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency)
);
COMMENT ON TABLE payments.distributions IS
    'Part of a payment that a service gave from the platform''s share to payees, after settlement.';
COMMENT ON COLUMN payments.distributions.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.distributions.id IS
    'The {id} of the API, and the cause of its transfers and postings; derived from subject and '
    'client key.';
COMMENT ON COLUMN payments.distributions.payment_id IS 'Whose money.';
COMMENT ON COLUMN payments.distributions.amount IS 'Minor units, all payees together.';
COMMENT ON COLUMN payments.distributions.currency IS 'The payment''s currency.';
COMMENT ON COLUMN payments.distributions.created_by IS 'Subject of the token.';
COMMENT ON COLUMN payments.distributions.created_at IS 'When.';
ALTER TABLE payments.distributions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.clawback_snapshots (
    tenant_id      uuid NOT NULL,
    payment_id     uuid NOT NULL,
    recipient_type text NOT NULL,
    recipient_id   text NOT NULL,
    amount         bigint NOT NULL CONSTRAINT borne_amount_not_negative CHECK (amount >= 0),
    currency       text NOT NULL,
    PRIMARY KEY (tenant_id, payment_id, recipient_type, recipient_id),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency)
);
COMMENT ON TABLE payments.clawback_snapshots IS
    'What each recipient had given back to the buyer when the shares of a payment last changed by '
    'a distribution: later refunds are shared by what was left. No row: nothing.';
COMMENT ON COLUMN payments.clawback_snapshots.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.clawback_snapshots.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.clawback_snapshots.recipient_type IS
    'Recipient''s type, platform included.';
COMMENT ON COLUMN payments.clawback_snapshots.recipient_id IS 'Recipient''s id.';
COMMENT ON COLUMN payments.clawback_snapshots.amount IS 'Minor units.';
COMMENT ON COLUMN payments.clawback_snapshots.currency IS 'The payment''s currency.';
ALTER TABLE payments.clawback_snapshots ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
