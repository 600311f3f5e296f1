-- Who may see and write payments.fraud_list_entries.
DROP POLICY IF EXISTS tenant_rows ON payments.fraud_list_entries;
CREATE POLICY tenant_rows ON payments.fraud_list_entries
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.fraud_list_entries IS
    'Rows of the tenant entered, for everybody; none without one.';
