-- Who may see and write payments.provider_objects.
DROP POLICY IF EXISTS tenant_rows ON payments.provider_objects;
CREATE POLICY tenant_rows ON payments.provider_objects
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.provider_objects IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.provider_objects;
CREATE POLICY system_reads ON payments.provider_objects FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.provider_objects IS
    'Columns granted to payments_system, across tenants: inbox_claim.';
