-- Who may see and write payments.tenant_members.
DROP POLICY IF EXISTS tenant_rows ON payments.tenant_members;
CREATE POLICY tenant_rows ON payments.tenant_members
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.tenant_members IS
    'Rows of the tenant entered, for everybody; none without one.';
