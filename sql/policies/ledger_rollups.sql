-- Who may see and write payments.ledger_rollups.
DROP POLICY IF EXISTS tenant_rows ON payments.ledger_rollups;
CREATE POLICY tenant_rows ON payments.ledger_rollups
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.ledger_rollups IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.ledger_rollups;
CREATE POLICY system_reads ON payments.ledger_rollups FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.ledger_rollups IS
    'Columns granted to payments_system, across tenants: ledger_rollups_due.';
