-- Resale money held until its conditions are met: escrows, their conditions, their history.
-- depends: 005_add_refunds

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.escrows (
    tenant_id            uuid NOT NULL,
    id                   uuid NOT NULL,
    payment_id           uuid NOT NULL,
    recipient_type       text NOT NULL,
    recipient_id         text NOT NULL,
    connected_account_id uuid NOT NULL,
    amount               bigint NOT NULL DEFAULT 0,
    held_amount          bigint NOT NULL DEFAULT 0,
    released_amount      bigint NOT NULL DEFAULT 0,
    refunded_amount      bigint NOT NULL DEFAULT 0,
    currency             text NOT NULL,
    status               text NOT NULL CONSTRAINT escrow_status_known
        CHECK (status IN ('pending', 'held', 'partially_released', 'released', 'canceled',
                          'disputed')),
    hold_until           timestamptz,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT escrow_once UNIQUE (tenant_id, payment_id, recipient_type, recipient_id),
    FOREIGN KEY (tenant_id, payment_id, currency)
    REFERENCES payments.payment_transactions (tenant_id, id, currency),
    FOREIGN KEY (tenant_id, connected_account_id)
    REFERENCES payments.connected_accounts (tenant_id, id),
    CONSTRAINT escrow_adds_up CHECK (
        held_amount >= 0 AND released_amount >= 0 AND refunded_amount >= 0
        AND held_amount + released_amount + refunded_amount = amount),
    CONSTRAINT escrow_ended_holds_nothing
    CHECK (status NOT IN ('released', 'canceled') OR held_amount = 0)
);
COMMENT ON TABLE payments.escrows IS
    'A recipient''s share of a payment kept back: captured at once, transferred when released.';
COMMENT ON COLUMN payments.escrows.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.escrows.id IS 'The {id} of the API.';
COMMENT ON COLUMN payments.escrows.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.escrows.recipient_type IS 'Recipient whose share is held.';
COMMENT ON COLUMN payments.escrows.recipient_id IS 'Its id.';
COMMENT ON COLUMN payments.escrows.connected_account_id IS 'Its account.';
COMMENT ON COLUMN payments.escrows.amount IS 'Minor units held at the start; 0 before the capture.';
COMMENT ON COLUMN payments.escrows.held_amount IS 'Minor units still held.';
COMMENT ON COLUMN payments.escrows.released_amount IS 'Minor units released to the recipient.';
COMMENT ON COLUMN payments.escrows.refunded_amount IS 'Minor units given back to the buyer.';
COMMENT ON COLUMN payments.escrows.currency IS 'The payment''s currency.';
COMMENT ON COLUMN payments.escrows.status IS
    'pending: not captured yet. held. partially_released. Nothing is held any more: released (the '
    'last of it went to the recipient) or canceled (to the buyer, or the payment came to nothing). '
    'disputed: frozen by a chargeback.';
COMMENT ON COLUMN payments.escrows.hold_until IS
    'Released by itself from then on, conditions met; at most 90 days after the payment (Stripe''s '
    'limit).';
COMMENT ON COLUMN payments.escrows.created_at IS 'When asked for.';
COMMENT ON COLUMN payments.escrows.updated_at IS 'When last changed.';
ALTER TABLE payments.escrows ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX escrows_timed ON payments.escrows (tenant_id, hold_until)
    WHERE status IN ('held', 'partially_released');

CREATE TABLE payments.escrow_conditions (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    escrow_id    uuid NOT NULL,
    name         text NOT NULL CONSTRAINT condition_name_plain CHECK (name ~ '^[a-z0-9_]{1,64}$'),
    evidence     text,
    confirmed_by text,
    confirmed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT condition_once UNIQUE (tenant_id, escrow_id, name),
    FOREIGN KEY (tenant_id, escrow_id) REFERENCES payments.escrows (tenant_id, id),
    CONSTRAINT condition_confirmed_by_somebody
    CHECK (num_nulls(evidence, confirmed_by, confirmed_at) IN (0, 3))
);
COMMENT ON TABLE payments.escrow_conditions IS
    'What must have happened before held money goes out.';
COMMENT ON COLUMN payments.escrow_conditions.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.escrow_conditions.id IS 'Derived from escrow and name.';
COMMENT ON COLUMN payments.escrow_conditions.escrow_id IS 'The escrow.';
COMMENT ON COLUMN payments.escrow_conditions.name IS 'What is waited for, e.g. ticket_scanned.';
COMMENT ON COLUMN payments.escrow_conditions.evidence IS 'What was shown for it.';
COMMENT ON COLUMN payments.escrow_conditions.confirmed_by IS
    'Subject of the token that confirmed it.';
COMMENT ON COLUMN payments.escrow_conditions.confirmed_at IS 'When confirmed.';
ALTER TABLE payments.escrow_conditions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.escrow_events (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    escrow_id   uuid NOT NULL,
    event       text NOT NULL CONSTRAINT escrow_event_known
        CHECK (event IN ('requested', 'held', 'condition_confirmed', 'released', 'refunded',
                         'frozen', 'unfrozen', 'canceled', 'returned')),
    amount      bigint,
    reason      text,
    actor       text NOT NULL,
    happened_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, escrow_id) REFERENCES payments.escrows (tenant_id, id)
);
COMMENT ON TABLE payments.escrow_events IS 'The history of an escrow. Append-only.';
COMMENT ON COLUMN payments.escrow_events.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.escrow_events.id IS
    'Derived from what caused it; also the cause of the release''s transfer.';
COMMENT ON COLUMN payments.escrow_events.escrow_id IS 'The escrow.';
COMMENT ON COLUMN payments.escrow_events.event IS 'What happened.';
COMMENT ON COLUMN payments.escrow_events.amount IS 'Minor units moved, if any.';
COMMENT ON COLUMN payments.escrow_events.reason IS 'Why.';
COMMENT ON COLUMN payments.escrow_events.actor IS 'Subject of the token, or what did it.';
COMMENT ON COLUMN payments.escrow_events.happened_at IS 'When.';
ALTER TABLE payments.escrow_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX escrow_events_by_escrow ON payments.escrow_events (tenant_id, escrow_id, happened_at);

INSERT INTO payments.state_transitions (machine, from_state, to_state)
SELECT 'escrow', f, t
  FROM (VALUES
    ('pending', '{held,canceled,disputed}'::text[]),
    ('held', '{partially_released,released,canceled,disputed}'),
    ('partially_released', '{released,canceled,disputed}'),
    ('disputed', '{held,partially_released,released,canceled}'),
    ('canceled', '{held,partially_released}')) AS g (f, ts), unnest(ts) AS t;
