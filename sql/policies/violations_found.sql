-- Who may see and write payments.violations_found.
DROP POLICY IF EXISTS tenant_rows ON payments.violations_found;
CREATE POLICY tenant_rows ON payments.violations_found
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.violations_found IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.violations_found;
CREATE POLICY system_reads ON payments.violations_found FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.violations_found IS
    'Columns granted to payments_system, across tenants: violations_due.';
