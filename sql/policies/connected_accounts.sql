-- Who may see and write payments.connected_accounts.
DROP POLICY IF EXISTS tenant_rows ON payments.connected_accounts;
CREATE POLICY tenant_rows ON payments.connected_accounts
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.connected_accounts IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.connected_accounts;
CREATE POLICY system_reads ON payments.connected_accounts FOR SELECT
    TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.connected_accounts IS
    'Columns granted to payments_system, across tenants: whose events and balance transactions '
    'are read.';
