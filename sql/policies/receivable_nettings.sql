-- Who may see and write payments.receivable_nettings.
DROP POLICY IF EXISTS tenant_rows ON payments.receivable_nettings;
CREATE POLICY tenant_rows ON payments.receivable_nettings
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.receivable_nettings IS
    'Rows of the tenant entered, for everybody; none without one.';
