-- Who did what, on which object, from where, and what came of it; and a hash chain over it, built
-- afterwards by the worker.
-- depends: 011_add_screening

SET LOCAL ROLE payments_owner;

-- No foreign key: tenant_admit has just read the tenant, and a payment's transaction writes enough.
-- The key serves the chain and the list, the index what was done to one object.
CREATE TABLE payments.audit_log (
    tenant_id    uuid NOT NULL,
    recorded_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id           uuid NOT NULL,
    recorded_at  timestamptz NOT NULL,
    subject      text NOT NULL,
    key_id       text,
    action       text NOT NULL,
    object_id    text,
    outcome      text NOT NULL CONSTRAINT audit_outcome_known
    CHECK (outcome IN ('accepted', 'refused', 'declined')),
    code         text,
    client_ip    text,
    trace_id     text,
    PRIMARY KEY (tenant_id, recorded_xid, id),
    CONSTRAINT audit_code_when_not_accepted CHECK ((code IS NOT NULL) = (outcome <> 'accepted'))
);
COMMENT ON TABLE payments.audit_log IS
    'Every call that changes state, by the API or by a person through ops, written in the '
    'transaction of its change. Append-only.';
COMMENT ON COLUMN payments.audit_log.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.audit_log.recorded_xid IS
    'Transaction that wrote it: the chain follows this, so a late commit is never lost.';
COMMENT ON COLUMN payments.audit_log.id IS
    'Of an accepted call of the API the id of its idempotency key; else random.';
COMMENT ON COLUMN payments.audit_log.recorded_at IS 'When.';
COMMENT ON COLUMN payments.audit_log.subject IS
    'Who: subject of the token, or the database role of a person.';
COMMENT ON COLUMN payments.audit_log.key_id IS 'Key that signed a call of another service.';
COMMENT ON COLUMN payments.audit_log.action IS
    'What was asked: method and path of the API, or the ops function.';
COMMENT ON COLUMN payments.audit_log.object_id IS
    'What it was asked of: the id the API knows it by.';
COMMENT ON COLUMN payments.audit_log.outcome IS
    'accepted: done, or written down to be done. refused: by a rule of ours; nothing changed. '
    'declined: accepted before, then refused by Stripe or the fraud rules.';
COMMENT ON COLUMN payments.audit_log.code IS 'Code of the refusal as the API names it.';
COMMENT ON COLUMN payments.audit_log.client_ip IS 'Where the call came from.';
COMMENT ON COLUMN payments.audit_log.trace_id IS 'Trace of the call (W3C, 32 hex digits).';
ALTER TABLE payments.audit_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX audit_log_by_object ON payments.audit_log (tenant_id, object_id, recorded_xid)
    WHERE object_id IS NOT NULL;

CREATE TABLE payments.audit_links (
    tenant_id    uuid NOT NULL,
    seq          bigint NOT NULL CONSTRAINT audit_link_seq_positive CHECK (seq > 0),
    recorded_xid xid8 NOT NULL,
    audit_id     uuid NOT NULL,
    row_digest   bytea NOT NULL,
    digest       bytea NOT NULL,
    PRIMARY KEY (tenant_id, seq),
    CONSTRAINT audit_row_linked_once UNIQUE (tenant_id, recorded_xid, audit_id)
);
COMMENT ON TABLE payments.audit_links IS
    'The hash chain over a tenant''s audit_log: each link binds one row and all links before it. '
    'Append-only, without a gap.';
COMMENT ON COLUMN payments.audit_links.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.audit_links.seq IS 'Position in the tenant''s chain, from 1.';
COMMENT ON COLUMN payments.audit_links.recorded_xid IS 'recorded_xid of the row it binds.';
COMMENT ON COLUMN payments.audit_links.audit_id IS 'id of the row it binds.';
COMMENT ON COLUMN payments.audit_links.row_digest IS 'SHA-256 of the row.';
COMMENT ON COLUMN payments.audit_links.digest IS
    'SHA-256 of the digest before it, followed by row_digest.';
ALTER TABLE payments.audit_links ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.audit_heads (
    tenant_id   uuid NOT NULL PRIMARY KEY,
    chained_xid xid8 NOT NULL,
    seq         bigint NOT NULL CONSTRAINT audit_head_not_negative CHECK (seq >= 0),
    digest      bytea NOT NULL,
    chained_at  timestamptz NOT NULL
);
COMMENT ON TABLE payments.audit_heads IS 'How far a tenant''s audit_log is chained.';
COMMENT ON COLUMN payments.audit_heads.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.audit_heads.chained_xid IS
    'Every row of an earlier transaction has its link.';
COMMENT ON COLUMN payments.audit_heads.seq IS 'The last link.';
COMMENT ON COLUMN payments.audit_heads.digest IS 'Digest of the last link.';
COMMENT ON COLUMN payments.audit_heads.chained_at IS 'When it last moved.';
ALTER TABLE payments.audit_heads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
