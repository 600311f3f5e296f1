-- Who may see and write payments.receivables.
DROP POLICY IF EXISTS tenant_rows ON payments.receivables;
CREATE POLICY tenant_rows ON payments.receivables
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.receivables IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.receivables;
CREATE POLICY system_reads ON payments.receivables FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.receivables IS
    'Columns granted to payments_system, across tenants: receivables_due.';
