-- What the continuous check of the money invariants remembers.
-- depends: 012_add_audit_log

SET LOCAL ROLE payments_owner;

CREATE TABLE payments.payment_marks (
    tenant_id  uuid NOT NULL,
    payment_id uuid NOT NULL,
    marked_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (tenant_id, marked_xid, payment_id)
);
COMMENT ON TABLE payments.payment_marks IS
    'Payments changed by a transaction that need not have posted anything; with ledger_postings, '
    'all that violations_check has to look at again. Deleted once looked at. No foreign key: a '
    'mark must lock nothing.';
COMMENT ON COLUMN payments.payment_marks.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.payment_marks.payment_id IS 'The payment.';
COMMENT ON COLUMN payments.payment_marks.marked_xid IS
    'Transaction that changed it: read by this, so a late commit is never lost.';
ALTER TABLE payments.payment_marks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE TABLE payments.violation_checks (
    tenant_id   uuid PRIMARY KEY REFERENCES payments.tenants (tenant_id),
    checked_xid xid8 NOT NULL,
    checked_at  timestamptz NOT NULL
);
COMMENT ON TABLE payments.violation_checks IS
    'How far a tenant''s payments have been checked against the money invariants.';
COMMENT ON COLUMN payments.violation_checks.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.violation_checks.checked_xid IS
    'What earlier transactions touched has been checked, nothing of this or a later one.';
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
    'Breaches of a money invariant that the continuous check has found and that are still there. '
    'Empty, always.';
COMMENT ON COLUMN payments.violations_found.tenant_id IS 'Owner of the row.';
COMMENT ON COLUMN payments.violations_found.id IS 'Derived from payment, invariant and object.';
COMMENT ON COLUMN payments.violations_found.payment_id IS 'The payment it was found with.';
COMMENT ON COLUMN payments.violations_found.invariant IS 'M01 …';
COMMENT ON COLUMN payments.violations_found.object_type IS 'What breaks it.';
COMMENT ON COLUMN payments.violations_found.object_id IS 'Its id.';
COMMENT ON COLUMN payments.violations_found.detail IS 'In which way.';
COMMENT ON COLUMN payments.violations_found.found_at IS 'When first found.';
ALTER TABLE payments.violations_found ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
