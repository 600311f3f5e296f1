-- A show is canceled: every payment for it is refunded, one item at a time.
-- depends: 007_add_disputes

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.refund_batches (
    tenant_id  uuid NOT NULL REFERENCES payments.tenants (tenant_id),
    id         uuid NOT NULL,
    show_id    text NOT NULL,
    reason     text NOT NULL,
    status     text NOT NULL CONSTRAINT batch_status_known
    CHECK (status IN ('running', 'stopped', 'finished')),
    total      bigint NOT NULL,
    created_by text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT batch_finished_when_over CHECK ((finished_at IS NOT NULL) = (status = 'finished'))
);
COMMENT ON TABLE payments.refund_batches IS 'The cancellation of a show.';
COMMENT ON COLUMN payments.refund_batches.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.refund_batches.id IS
    'The {id} of the API; derived from subject and client key.';
COMMENT ON COLUMN payments.refund_batches.show_id IS 'The show.';
COMMENT ON COLUMN payments.refund_batches.reason IS 'Why it was canceled.';
COMMENT ON COLUMN payments.refund_batches.status IS
    'running, stopped (may be resumed) or finished: nothing is left to ask for.';
COMMENT ON COLUMN payments.refund_batches.total IS 'Number of payments.';
COMMENT ON COLUMN payments.refund_batches.created_by IS 'Subject of the token.';
COMMENT ON COLUMN payments.refund_batches.started_at IS 'When asked for.';
COMMENT ON COLUMN payments.refund_batches.finished_at IS
    'When the refund of the last item had been asked for or given up.';
COMMENT ON COLUMN payments.refund_batches.updated_at IS 'When last changed.';
ALTER TABLE payments.refund_batches ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.refund_batch_items (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    batch_id    uuid NOT NULL,
    payment_id  uuid NOT NULL,
    state       text NOT NULL CONSTRAINT batch_item_state_known
    CHECK (state IN ('pending', 'requested', 'failed', 'skipped')),
    refund_id   uuid,
    attempts    integer NOT NULL DEFAULT 0,
    error       text,
    next_run_at timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT batch_payment_once UNIQUE (tenant_id, batch_id, payment_id),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES payments.refund_batches (tenant_id, id),
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments.payment_transactions (tenant_id, id),
    FOREIGN KEY (tenant_id, refund_id) REFERENCES payments.payment_refunds (tenant_id, id)
) WITH (fillfactor = 85);
COMMENT ON TABLE payments.refund_batch_items IS
    'One payment of a canceled event and how its refund went.';
COMMENT ON COLUMN payments.refund_batch_items.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.refund_batch_items.id IS 'Row id.';
COMMENT ON COLUMN payments.refund_batch_items.batch_id IS 'The cancellation.';
COMMENT ON COLUMN payments.refund_batch_items.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.refund_batch_items.state IS
    'pending. requested: has its refund. skipped: nothing to refund. failed: for a person.';
COMMENT ON COLUMN payments.refund_batch_items.refund_id IS 'The refund, once requested.';
COMMENT ON COLUMN payments.refund_batch_items.attempts IS 'How often it was refused.';
COMMENT ON COLUMN payments.refund_batch_items.error IS 'Why it was refused.';
COMMENT ON COLUMN payments.refund_batch_items.next_run_at IS 'When due.';
COMMENT ON COLUMN payments.refund_batch_items.updated_at IS 'When last changed.';
ALTER TABLE payments.refund_batch_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX refund_batch_items_due ON payments.refund_batch_items (tenant_id, next_run_at)
    WHERE state = 'pending';
CREATE INDEX refund_batch_items_by_refund ON payments.refund_batch_items (tenant_id, refund_id);
