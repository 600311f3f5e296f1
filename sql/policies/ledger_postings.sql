-- Who may see and write payments.ledger_postings.
DROP POLICY IF EXISTS tenant_rows ON payments.ledger_postings;
CREATE POLICY tenant_rows ON payments.ledger_postings
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.ledger_postings IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.ledger_postings;
CREATE POLICY system_reads ON payments.ledger_postings FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.ledger_postings IS
    'Columns granted to payments_system, across tenants: ledger_rollups_due.';
