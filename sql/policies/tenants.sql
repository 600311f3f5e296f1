-- Who may see and write payments.tenants.
DROP POLICY IF EXISTS tenant_rows ON payments.tenants;
CREATE POLICY tenant_rows ON payments.tenants
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.tenants IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.tenants;
CREATE POLICY system_reads ON payments.tenants FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.tenants IS
    'Columns granted to payments_system, across tenants: tenant list and the work of all '
    'tenants start here.';
