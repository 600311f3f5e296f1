-- Who may see and write payments.discrepancies.
DROP POLICY IF EXISTS tenant_rows ON payments.discrepancies;
CREATE POLICY tenant_rows ON payments.discrepancies
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.discrepancies IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.discrepancies;
CREATE POLICY system_reads ON payments.discrepancies FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.discrepancies IS
    'Columns granted to payments_system, across tenants: how many are open, for the metrics, '
    'and how far back a run must reach.';
