-- Who may see and write payments.aml_settings.
DROP POLICY IF EXISTS tenant_rows ON payments.aml_settings;
CREATE POLICY tenant_rows ON payments.aml_settings
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.aml_settings IS
    'Rows of the tenant entered, for everybody; none without one.';
