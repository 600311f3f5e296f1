-- Payees and their money: connected accounts, transfers, payouts, and the view of what still has to
-- be paid.
-- depends: 003_add_concurrent_indexes

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.connected_accounts (
    tenant_id             uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id                    uuid NOT NULL,
    recipient_type        text NOT NULL CONSTRAINT account_recipient_type_known
        CHECK (recipient_type IN ('venue', 'artist', 'promoter', 'seller')),
    recipient_id          text NOT NULL,
    email                 text NOT NULL,
    country               text NOT NULL CONSTRAINT account_country_is_iso
    CHECK (country ~ '^[A-Z]{2}$'),
    business_name         text,
    status                text NOT NULL CONSTRAINT account_status_known
    CHECK (status IN ('creating', 'open', 'failed')),
    stripe_account_id     text,
    transfers_enabled     boolean NOT NULL DEFAULT false,
    charges_enabled       boolean NOT NULL DEFAULT false,
    payouts_enabled       boolean NOT NULL DEFAULT false,
    details_submitted     boolean NOT NULL DEFAULT false,
    requirements          jsonb NOT NULL DEFAULT '[]',
    disabled_reason       text,
    onboarding_url        text,
    onboarding_expires_at timestamptz,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT account_recipient_once UNIQUE (tenant_id, recipient_type, recipient_id),
    CONSTRAINT account_open_has_stripe_id CHECK (status <> 'open' OR stripe_account_id IS NOT NULL)
);
COMMENT ON TABLE payments.connected_accounts IS 'A payee''s Stripe account, one per recipient.';
COMMENT ON COLUMN payments.connected_accounts.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.connected_accounts.id IS 'The {id} of the API.';
COMMENT ON COLUMN payments.connected_accounts.recipient_type IS
    'venue, artist, promoter or seller.';
COMMENT ON COLUMN payments.connected_accounts.recipient_id IS
    'The platform''s id of the recipient.';
COMMENT ON COLUMN payments.connected_accounts.email IS 'Contact for onboarding; never logged.';
COMMENT ON COLUMN payments.connected_accounts.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN payments.connected_accounts.business_name IS 'Shown to the payee.';
COMMENT ON COLUMN payments.connected_accounts.status IS
    'creating: Stripe not heard yet. open: exists at Stripe. failed: Stripe refused; may be asked '
    'again.';
COMMENT ON COLUMN payments.connected_accounts.stripe_account_id IS 'acct_…, once known.';
COMMENT ON COLUMN payments.connected_accounts.transfers_enabled IS
    'capabilities.transfers is active: the gate for paying.';
COMMENT ON COLUMN payments.connected_accounts.charges_enabled IS 'As Stripe says.';
COMMENT ON COLUMN payments.connected_accounts.payouts_enabled IS 'As Stripe says.';
COMMENT ON COLUMN payments.connected_accounts.details_submitted IS 'As Stripe says.';
COMMENT ON COLUMN payments.connected_accounts.requirements IS
    'What Stripe still wants: list of requirement names.';
COMMENT ON COLUMN payments.connected_accounts.disabled_reason IS
    'Stripe''s reason when restricted.';
COMMENT ON COLUMN payments.connected_accounts.onboarding_url IS 'Last onboarding link, single use.';
COMMENT ON COLUMN payments.connected_accounts.onboarding_expires_at IS 'When that link ends.';
COMMENT ON COLUMN payments.connected_accounts.created_at IS 'When asked for.';
COMMENT ON COLUMN payments.connected_accounts.updated_at IS 'When last changed.';
ALTER TABLE payments.connected_accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Checking the rows that are there needs to see them all: row security is lifted and restored
-- around it.
ALTER TABLE payments.payment_splits NO FORCE ROW LEVEL SECURITY;
ALTER TABLE payments.connected_accounts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE payments.payment_splits ADD CONSTRAINT split_account_exists
    FOREIGN KEY (tenant_id, connected_account_id)
        REFERENCES payments.connected_accounts (tenant_id, id);
ALTER TABLE payments.payment_splits FORCE ROW LEVEL SECURITY;
ALTER TABLE payments.connected_accounts FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.stripe_transfers (
    tenant_id            uuid NOT NULL,
    id                   uuid NOT NULL,
    payment_id           uuid NOT NULL,
    connected_account_id uuid NOT NULL,
    recipient_type       text NOT NULL,
    recipient_id         text NOT NULL,
    purpose              text NOT NULL CONSTRAINT transfer_purpose_known
        CHECK (purpose IN ('settlement', 'release', 'repayment', 'distribution')),
    cause_id             uuid NOT NULL,
    stripe_account_id    text NOT NULL,
    stripe_transfer_id   text,
    source_transaction   text,
    transfer_group       text NOT NULL,
    amount               bigint NOT NULL CONSTRAINT transfer_amount_positive CHECK (amount > 0),
    amount_reversed      bigint NOT NULL DEFAULT 0,
    amount_reversal_pending bigint NOT NULL DEFAULT 0,
    currency             text NOT NULL,
    status               text NOT NULL CONSTRAINT transfer_status_known CHECK (status IN (
        'pending', 'blocked', 'paid', 'partially_reversed', 'reversed', 'failed', 'canceled')),
    paid_at              timestamptz,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT transfer_currency_key UNIQUE (tenant_id, id, currency),
    CONSTRAINT transfer_once UNIQUE (tenant_id, payment_id, connected_account_id, purpose,
                                     cause_id),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency),
    FOREIGN KEY (tenant_id, connected_account_id)
    REFERENCES payments.connected_accounts (tenant_id, id),
    CONSTRAINT transfer_reversed_within_amount CHECK (
        amount_reversed >= 0 AND amount_reversal_pending >= 0
        AND amount_reversed + amount_reversal_pending <= amount),
    CONSTRAINT transfer_paid_has_stripe_id
        CHECK ((status IN ('paid', 'partially_reversed', 'reversed')) = (
            stripe_transfer_id IS NOT NULL))
);
COMMENT ON TABLE payments.stripe_transfers IS
    'One payment''s money for one payee and purpose: intended first, paid by its operation.';
COMMENT ON COLUMN payments.stripe_transfers.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.stripe_transfers.id IS
    'Derived from payment, payee, purpose and cause; also the subject of its operation.';
COMMENT ON COLUMN payments.stripe_transfers.payment_id IS 'Where the money comes from.';
COMMENT ON COLUMN payments.stripe_transfers.connected_account_id IS 'The payee''s account.';
COMMENT ON COLUMN payments.stripe_transfers.recipient_type IS 'Payee''s type.';
COMMENT ON COLUMN payments.stripe_transfers.recipient_id IS 'Payee''s id.';
COMMENT ON COLUMN payments.stripe_transfers.purpose IS
    'settlement: share of a capture. release: escrow released. repayment: paid again after a '
    'failed refund or a won dispute. distribution: asked for by a service.';
COMMENT ON COLUMN payments.stripe_transfers.cause_id IS
    'The row that caused it: payment, escrow release, dispute …';
COMMENT ON COLUMN payments.stripe_transfers.stripe_account_id IS
    'Destination, as frozen in the request.';
COMMENT ON COLUMN payments.stripe_transfers.stripe_transfer_id IS 'tr_…, once paid.';
COMMENT ON COLUMN payments.stripe_transfers.source_transaction IS
    'The charge it draws on: Stripe''s own guard against paying more than was charged. Null: money '
    'paid again, out of the balance.';
COMMENT ON COLUMN payments.stripe_transfers.transfer_group IS
    'Label by which a lost answer is found again.';
COMMENT ON COLUMN payments.stripe_transfers.amount IS 'Minor units.';
COMMENT ON COLUMN payments.stripe_transfers.amount_reversed IS 'Minor units taken back.';
COMMENT ON COLUMN payments.stripe_transfers.amount_reversal_pending IS
    'Minor units of reversals asked for and not yet ended.';
COMMENT ON COLUMN payments.stripe_transfers.currency IS 'The payment''s currency.';
COMMENT ON COLUMN payments.stripe_transfers.status IS
    'pending: operation under way. blocked: payee cannot receive yet, a liability. paid. '
    'partially_reversed, reversed: taken back. failed: given up, a liability for a person. '
    'canceled: not owed any more, never sent.';
COMMENT ON COLUMN payments.stripe_transfers.paid_at IS 'When Stripe confirmed it.';
COMMENT ON COLUMN payments.stripe_transfers.created_at IS 'When intended.';
COMMENT ON COLUMN payments.stripe_transfers.updated_at IS 'When last changed.';
ALTER TABLE payments.stripe_transfers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE INDEX stripe_transfers_by_created ON payments.stripe_transfers (tenant_id, created_at);
CREATE INDEX stripe_transfers_open ON payments.stripe_transfers (tenant_id, connected_account_id)
    WHERE status IN ('pending', 'blocked', 'failed');

INSERT INTO payments.state_transitions (machine, from_state, to_state)
SELECT 'transfer', f, t
  FROM (VALUES
    ('pending', '{blocked,paid,failed,canceled}'::text[]),
    ('blocked', '{pending,paid,failed,canceled}'),
    ('failed', '{pending,paid,canceled}'),
    ('paid', '{partially_reversed,reversed}'),
    ('partially_reversed', '{reversed}')) AS g (f, ts), unnest(ts) AS t;

CREATE TABLE payments.payouts (
    tenant_id            uuid NOT NULL,
    id                   uuid NOT NULL,
    connected_account_id uuid NOT NULL,
    stripe_payout_id     text NOT NULL,
    amount               bigint NOT NULL,
    currency             text NOT NULL,
    status               text NOT NULL CONSTRAINT payout_status_known
        CHECK (status IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
    arrival_date         timestamptz,
    failure_code         text,
    failure_message      text,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connected_account_id)
    REFERENCES payments.connected_accounts (tenant_id, id)
);
COMMENT ON TABLE payments.payouts IS
    'What Stripe pays out to a payee''s bank, as it tells us, so that a venue can be told where '
    'its money is.';
COMMENT ON COLUMN payments.payouts.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.payouts.id IS 'Derived from Stripe''s id.';
COMMENT ON COLUMN payments.payouts.connected_account_id IS 'The payee''s account.';
COMMENT ON COLUMN payments.payouts.stripe_payout_id IS 'po_…';
COMMENT ON COLUMN payments.payouts.amount IS 'Minor units.';
COMMENT ON COLUMN payments.payouts.currency IS 'Currency of amount.';
COMMENT ON COLUMN payments.payouts.status IS 'As Stripe says; paid may still become failed.';
COMMENT ON COLUMN payments.payouts.arrival_date IS 'When the bank should have it.';
COMMENT ON COLUMN payments.payouts.failure_code IS 'Stripe''s code when failed.';
COMMENT ON COLUMN payments.payouts.failure_message IS 'Its text.';
COMMENT ON COLUMN payments.payouts.created_at IS 'When learnt.';
COMMENT ON COLUMN payments.payouts.updated_at IS 'When last changed.';
ALTER TABLE payments.payouts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX payouts_by_account ON payments.payouts (tenant_id, connected_account_id, created_at);

CREATE VIEW payments.pending_transfers WITH (security_invoker = true, security_barrier = true) AS
SELECT t.tenant_id, t.id, t.payment_id, t.recipient_type, t.recipient_id, t.stripe_account_id,
       t.amount, t.currency, t.status, t.purpose, t.created_at,
       o.id AS operation_id, o.state AS operation_state, o.holds, o.failures AS attempts,
       CASE WHEN o.state IN ('ready', 'leased', 'unknown') AND o.holds = '{}'
           THEN o.next_run_at END AS next_attempt_at,
       o.last_error_code, o.last_error
  FROM payments.stripe_transfers AS t
  JOIN payments.stripe_operations AS o
    ON o.tenant_id = t.tenant_id AND o.subject_id = t.id AND o.kind = 'transfer'
 WHERE t.status IN ('pending', 'blocked', 'failed');
COMMENT ON VIEW payments.pending_transfers IS
    'What still has to reach a connected account, with attempts, next attempt and last error.';
COMMENT ON COLUMN payments.pending_transfers.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.pending_transfers.id IS 'The transfer.';
COMMENT ON COLUMN payments.pending_transfers.payment_id IS 'Where the money comes from.';
COMMENT ON COLUMN payments.pending_transfers.recipient_type IS 'Payee''s type.';
COMMENT ON COLUMN payments.pending_transfers.recipient_id IS 'Payee''s id.';
COMMENT ON COLUMN payments.pending_transfers.stripe_account_id IS 'Destination.';
COMMENT ON COLUMN payments.pending_transfers.amount IS 'Minor units still to be paid.';
COMMENT ON COLUMN payments.pending_transfers.currency IS 'Currency of amount.';
COMMENT ON COLUMN payments.pending_transfers.status IS 'pending, blocked or failed.';
COMMENT ON COLUMN payments.pending_transfers.purpose IS 'Why it is owed.';
COMMENT ON COLUMN payments.pending_transfers.created_at IS 'Since when it is owed.';
COMMENT ON COLUMN payments.pending_transfers.operation_id IS 'The operation that pays it.';
COMMENT ON COLUMN payments.pending_transfers.operation_state IS 'Where that operation stands.';
COMMENT ON COLUMN payments.pending_transfers.holds IS 'Why it is not being sent.';
COMMENT ON COLUMN payments.pending_transfers.attempts IS 'Failed attempts so far.';
COMMENT ON COLUMN payments.pending_transfers.next_attempt_at IS
    'When it is tried next; null: held or given up.';
COMMENT ON COLUMN payments.pending_transfers.last_error_code IS
    'Stripe''s code of the last failure.';
COMMENT ON COLUMN payments.pending_transfers.last_error IS 'Text of the last failure.';
