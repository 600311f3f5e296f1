-- Who may see and write payments.audit_links.
DROP POLICY IF EXISTS tenant_rows ON payments.audit_links;
CREATE POLICY tenant_rows ON payments.audit_links
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.audit_links IS
    'Rows of the tenant entered, for everybody; none without one.';
