-- Money back to the buyer and from the payees: refunds, their shares, reversals, and what a payee
-- then owes.
-- depends: 004_add_stripe_connect_tables

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.refund_policies (
    tenant_id          uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id                 uuid NOT NULL,
    show_id           text NOT NULL,
    version            integer NOT NULL CONSTRAINT refund_policy_version_positive
    CHECK (version > 0),
    show_starts_at    timestamptz,
    closes_before      interval,
    kept_basis_points  integer NOT NULL CONSTRAINT refund_policy_kept_in_range
    CHECK (kept_basis_points BETWEEN 0 AND 10000),
    override_subjects  text[] NOT NULL,
    created_at         timestamptz NOT NULL,
    created_by         text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refund_policy_version_once UNIQUE (tenant_id, show_id, version),
    CONSTRAINT refund_policy_window_has_event
    CHECK (closes_before IS NULL OR show_starts_at IS NOT NULL)
);
COMMENT ON TABLE payments.refund_policies IS
    'Until when and how much of a payment may be refunded: the event''s own before the tenant''s, '
    'newest version. Never edited.';
COMMENT ON COLUMN payments.refund_policies.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.refund_policies.id IS
    'The policy version; stored on each refund made under it.';
COMMENT ON COLUMN payments.refund_policies.show_id IS
    'The show; empty for the tenant''s own policy.';
COMMENT ON COLUMN payments.refund_policies.version IS 'Counts up within a show.';
COMMENT ON COLUMN payments.refund_policies.show_starts_at IS 'When the show begins.';
COMMENT ON COLUMN payments.refund_policies.closes_before IS
    'Refunds close this long before the show; null: never.';
COMMENT ON COLUMN payments.refund_policies.kept_basis_points IS
    'Part of the capture that is not refunded, in 1/10,000.';
COMMENT ON COLUMN payments.refund_policies.override_subjects IS
    'Token subjects that may refund against the policy.';
COMMENT ON COLUMN payments.refund_policies.created_at IS 'When set.';
COMMENT ON COLUMN payments.refund_policies.created_by IS 'The database role that set it.';
ALTER TABLE payments.refund_policies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.payment_refunds (
    tenant_id        uuid NOT NULL,
    id               uuid NOT NULL,
    payment_id       uuid NOT NULL,
    amount           bigint NOT NULL CONSTRAINT refund_amount_positive CHECK (amount > 0),
    currency         text NOT NULL,
    status           text NOT NULL CONSTRAINT refund_status_known
    CHECK (status IN ('pending', 'succeeded', 'failed', 'canceled')),
    reason           text NOT NULL CONSTRAINT refund_reason_known
        CHECK (reason IN ('duplicate', 'fraudulent', 'requested_by_customer', 'event_canceled',
                          'other')),
    note             text,
    metadata         jsonb NOT NULL,
    origin           text NOT NULL CONSTRAINT refund_origin_known
    CHECK (origin IN ('api', 'batch', 'escrow', 'dashboard')),
    policy_id        uuid,
    stripe_refund_id text,
    pending_reason   text,
    failure_reason   text,
    created_by       text NOT NULL,
    accepted_at      timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT refund_currency_key UNIQUE (tenant_id, id, currency),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency),
    FOREIGN KEY (tenant_id, policy_id) REFERENCES payments.refund_policies (tenant_id, id),
    CONSTRAINT refund_accepted_has_stripe_id
    CHECK ((accepted_at IS NULL) = (stripe_refund_id IS NULL)),
    CONSTRAINT refund_succeeded_was_accepted
    CHECK (status <> 'succeeded' OR accepted_at IS NOT NULL)
);
COMMENT ON TABLE payments.payment_refunds IS
    'Money promised back to a buyer: reserved when asked for, shared out among the payees when '
    'Stripe accepts it.';
COMMENT ON COLUMN payments.payment_refunds.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.payment_refunds.id IS
    'The {id} of the API; derived from subject and client key.';
COMMENT ON COLUMN payments.payment_refunds.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.payment_refunds.amount IS 'Minor units.';
COMMENT ON COLUMN payments.payment_refunds.currency IS 'The payment''s currency.';
COMMENT ON COLUMN payments.payment_refunds.status IS
    'pending: reserved or on its way. succeeded. failed: the money came back to the platform, even '
    'weeks later. canceled.';
COMMENT ON COLUMN payments.payment_refunds.reason IS 'Why, in the API''s words.';
COMMENT ON COLUMN payments.payment_refunds.note IS 'Free text.';
COMMENT ON COLUMN payments.payment_refunds.metadata IS 'The caller''s own keys.';
COMMENT ON COLUMN payments.payment_refunds.origin IS
    'api, batch (event canceled), escrow (canceled) or dashboard (made at Stripe, adopted).';
COMMENT ON COLUMN payments.payment_refunds.policy_id IS 'The policy version it was allowed by.';
COMMENT ON COLUMN payments.payment_refunds.stripe_refund_id IS 're_…, once accepted.';
COMMENT ON COLUMN payments.payment_refunds.pending_reason IS
    'Why Stripe has not paid it out yet, in Stripe''s words: insufficient_funds waits for the '
    'platform''s balance. Null once it has ended.';
COMMENT ON COLUMN payments.payment_refunds.failure_reason IS 'Stripe''s reason when it failed.';
COMMENT ON COLUMN payments.payment_refunds.created_by IS 'Subject of the token, or what made it.';
COMMENT ON COLUMN payments.payment_refunds.accepted_at IS
    'When Stripe took it on: the buyer is served first, then the payees are asked.';
COMMENT ON COLUMN payments.payment_refunds.created_at IS 'When asked for.';
COMMENT ON COLUMN payments.payment_refunds.updated_at IS 'When last changed.';
ALTER TABLE payments.payment_refunds ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX payment_refunds_by_payment
    ON payments.payment_refunds (tenant_id, payment_id, created_at);
CREATE INDEX payment_refunds_pending ON payments.payment_refunds (tenant_id, created_at)
    WHERE status = 'pending';
CREATE INDEX payment_refunds_waiting ON payments.payment_refunds (tenant_id, pending_reason)
    WHERE pending_reason IS NOT NULL;

CREATE TABLE payments.clawback_shares (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    payment_id     uuid NOT NULL,
    cause_type     text NOT NULL CONSTRAINT clawback_cause_known
        CHECK (cause_type IN ('refund', 'refund_failure', 'dispute', 'dispute_won')),
    cause_id       uuid NOT NULL,
    recipient_type text NOT NULL,
    recipient_id   text NOT NULL,
    amount         bigint NOT NULL,
    currency       text NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT clawback_once UNIQUE (tenant_id, cause_type, cause_id, recipient_type, recipient_id),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency)
);
COMMENT ON TABLE payments.clawback_shares IS
    'How each recipient of a payment shares in what went back to the buyer. Per recipient the sum '
    'is a function of the total given back, whatever the steps.';
COMMENT ON COLUMN payments.clawback_shares.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.clawback_shares.id IS 'Derived from cause and recipient.';
COMMENT ON COLUMN payments.clawback_shares.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.clawback_shares.cause_type IS
    'refund or dispute: given back. refund_failure, dispute_won: taken back, negative.';
COMMENT ON COLUMN payments.clawback_shares.cause_id IS 'The refund or dispute.';
COMMENT ON COLUMN payments.clawback_shares.recipient_type IS
    'Recipient''s type, platform included.';
COMMENT ON COLUMN payments.clawback_shares.recipient_id IS 'Recipient''s id.';
COMMENT ON COLUMN payments.clawback_shares.amount IS
    'Minor units; negative where something given back returned.';
COMMENT ON COLUMN payments.clawback_shares.currency IS 'The payment''s currency.';
COMMENT ON COLUMN payments.clawback_shares.created_at IS 'When shared out.';
ALTER TABLE payments.clawback_shares ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX clawback_shares_by_payment ON payments.clawback_shares (tenant_id, payment_id);

CREATE TABLE payments.transfer_reversals (
    tenant_id          uuid NOT NULL,
    id                 uuid NOT NULL,
    transfer_id        uuid NOT NULL,
    payment_id         uuid NOT NULL,
    cause_type         text NOT NULL CONSTRAINT reversal_cause_known
    CHECK (cause_type IN ('refund', 'dispute', 'receivable')),
    cause_id           uuid NOT NULL,
    amount             bigint NOT NULL CONSTRAINT reversal_amount_positive CHECK (amount > 0),
    shortfall          bigint NOT NULL DEFAULT 0,
    currency           text NOT NULL,
    status             text NOT NULL CONSTRAINT reversal_status_known
        CHECK (status IN ('waiting', 'pending', 'succeeded', 'failed', 'canceled')),
    stripe_reversal_id text,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT reversal_once UNIQUE (tenant_id, cause_type, cause_id, transfer_id),
    FOREIGN KEY (tenant_id, transfer_id, currency)
    REFERENCES payments.stripe_transfers (tenant_id, id, currency),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency),
    CONSTRAINT reversal_shortfall_within_amount CHECK (shortfall BETWEEN 0 AND amount),
    CONSTRAINT reversal_succeeded_has_stripe_id
    CHECK ((status = 'succeeded') = (stripe_reversal_id IS NOT NULL))
);
COMMENT ON TABLE payments.transfer_reversals IS
    'Taking a payee''s part of a refund or lost dispute back out of one transfer.';
COMMENT ON COLUMN payments.transfer_reversals.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.transfer_reversals.id IS
    'Derived from cause and transfer; also the subject of its operation.';
COMMENT ON COLUMN payments.transfer_reversals.transfer_id IS 'The transfer reversed.';
COMMENT ON COLUMN payments.transfer_reversals.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.transfer_reversals.cause_type IS
    'refund, dispute, or receivable: a repeated attempt at what the payee owes.';
COMMENT ON COLUMN payments.transfer_reversals.cause_id IS
    'The refund or dispute; of a repeated attempt derived from receivable and number.';
COMMENT ON COLUMN payments.transfer_reversals.amount IS 'Minor units.';
COMMENT ON COLUMN payments.transfer_reversals.shortfall IS
    'Minor units the payee''s balance could not cover; became a receivable.';
COMMENT ON COLUMN payments.transfer_reversals.currency IS 'The transfer''s currency.';
COMMENT ON COLUMN payments.transfer_reversals.status IS
    'waiting: its transfer is still on its way. pending: asked for. succeeded. failed: not '
    'covered, see shortfall. canceled: its transfer never went out and was made smaller instead.';
COMMENT ON COLUMN payments.transfer_reversals.stripe_reversal_id IS 'trr_…, once done.';
COMMENT ON COLUMN payments.transfer_reversals.created_at IS 'When planned.';
COMMENT ON COLUMN payments.transfer_reversals.updated_at IS 'When last changed.';
ALTER TABLE payments.transfer_reversals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX transfer_reversals_by_transfer ON payments.transfer_reversals (tenant_id, transfer_id);
CREATE INDEX transfer_reversals_by_stripe_id
    ON payments.transfer_reversals (tenant_id, stripe_reversal_id)
    WHERE stripe_reversal_id IS NOT NULL;

CREATE TABLE payments.receivables (
    tenant_id        uuid NOT NULL,
    id               uuid NOT NULL,
    payment_id       uuid NOT NULL,
    recipient_type   text NOT NULL,
    recipient_id     text NOT NULL,
    cause_type       text NOT NULL,
    cause_id         uuid NOT NULL,
    amount           bigint NOT NULL CONSTRAINT receivable_amount_positive CHECK (amount > 0),
    amount_netted    bigint NOT NULL DEFAULT 0,
    amount_reversing bigint NOT NULL DEFAULT 0,
    amount_reversed  bigint NOT NULL DEFAULT 0,
    currency         text NOT NULL,
    retries          integer NOT NULL DEFAULT 0,
    next_retry_at    timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT receivable_once UNIQUE (tenant_id, cause_type, cause_id, recipient_type,
                                       recipient_id),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency),
    CONSTRAINT receivable_collected_within_amount CHECK (
        amount_netted >= 0 AND amount_reversing >= 0 AND amount_reversed >= 0
        AND amount_netted + amount_reversing + amount_reversed <= amount)
);
COMMENT ON TABLE payments.receivables IS
    'What a payee owes because a reversal could not be covered; netted from later transfers.';
COMMENT ON COLUMN payments.receivables.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.receivables.id IS 'Row id.';
COMMENT ON COLUMN payments.receivables.payment_id IS 'The payment it comes from.';
COMMENT ON COLUMN payments.receivables.recipient_type IS 'Payee''s type.';
COMMENT ON COLUMN payments.receivables.recipient_id IS 'Payee''s id.';
COMMENT ON COLUMN payments.receivables.cause_type IS
    'reversal (not covered), refund or dispute (no transfer left to reverse).';
COMMENT ON COLUMN payments.receivables.cause_id IS 'That row.';
COMMENT ON COLUMN payments.receivables.amount IS 'Minor units owed.';
COMMENT ON COLUMN payments.receivables.amount_netted IS
    'Minor units kept back from later transfers.';
COMMENT ON COLUMN payments.receivables.amount_reversing IS
    'Minor units that a repeated reversal is asking the payee''s account for; not netted '
    'meanwhile.';
COMMENT ON COLUMN payments.receivables.amount_reversed IS
    'Minor units that a repeated reversal has brought back.';
COMMENT ON COLUMN payments.receivables.currency IS 'Currency of amount.';
COMMENT ON COLUMN payments.receivables.retries IS 'Repeated reversals so far.';
COMMENT ON COLUMN payments.receivables.next_retry_at IS
    'When the reversal is asked for again; null: not, or not any more.';
COMMENT ON COLUMN payments.receivables.created_at IS 'Since when.';
COMMENT ON COLUMN payments.receivables.updated_at IS 'When last changed.';
ALTER TABLE payments.receivables ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX receivables_outstanding
    ON payments.receivables (tenant_id, recipient_type, recipient_id, currency)
    WHERE amount_netted < amount;
CREATE INDEX receivables_by_payment ON payments.receivables (tenant_id, payment_id);
CREATE INDEX receivables_retried ON payments.receivables (tenant_id, next_retry_at)
    WHERE next_retry_at IS NOT NULL;

CREATE TABLE payments.receivable_nettings (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    receivable_id uuid NOT NULL,
    payment_id    uuid NOT NULL,
    cause_id      uuid NOT NULL,
    amount        bigint NOT NULL CONSTRAINT netting_amount_positive CHECK (amount > 0),
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT netting_once UNIQUE (tenant_id, receivable_id, payment_id, cause_id),
    FOREIGN KEY (tenant_id, receivable_id) REFERENCES payments.receivables (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id)
);
COMMENT ON TABLE payments.receivable_nettings IS
    'What was kept back for a receivable when a later transfer was made.';
COMMENT ON COLUMN payments.receivable_nettings.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.receivable_nettings.id IS 'Row id.';
COMMENT ON COLUMN payments.receivable_nettings.receivable_id IS 'The debt.';
COMMENT ON COLUMN payments.receivable_nettings.payment_id IS
    'The payment whose transfer was made smaller.';
COMMENT ON COLUMN payments.receivable_nettings.cause_id IS
    'Why that transfer was made: with payment and debt unique, so nothing is netted twice.';
COMMENT ON COLUMN payments.receivable_nettings.amount IS 'Minor units.';
COMMENT ON COLUMN payments.receivable_nettings.created_at IS 'When netted.';
ALTER TABLE payments.receivable_nettings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX receivable_nettings_by_payment ON payments.receivable_nettings (tenant_id, payment_id);

INSERT INTO payments.state_transitions (machine, from_state, to_state)
VALUES ('refund', 'pending', 'succeeded'), ('refund', 'pending', 'failed'),
       ('refund', 'pending', 'canceled'),
       ('refund', 'succeeded', 'failed'),
       ('reversal', 'waiting', 'pending'), ('reversal', 'pending', 'succeeded'),
       ('reversal', 'pending', 'failed'),
       ('reversal', 'waiting', 'failed'), ('reversal', 'waiting', 'canceled'),
       ('reversal', 'failed', 'succeeded');
