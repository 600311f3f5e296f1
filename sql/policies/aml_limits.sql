-- Who may see and write payments.aml_limits.
DROP POLICY IF EXISTS tenant_rows ON payments.aml_limits;
CREATE POLICY tenant_rows ON payments.aml_limits
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.aml_limits IS
    'Rows of the tenant entered, for everybody; none without one.';
