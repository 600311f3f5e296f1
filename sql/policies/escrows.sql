-- Who may see and write payments.escrows.
DROP POLICY IF EXISTS tenant_rows ON payments.escrows;
CREATE POLICY tenant_rows ON payments.escrows
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.escrows IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.escrows;
CREATE POLICY system_reads ON payments.escrows FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.escrows IS
    'Columns granted to payments_system, across tenants: escrows_due.';
