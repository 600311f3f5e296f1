-- Who may see and write payments.early_fraud_warnings.
DROP POLICY IF EXISTS tenant_rows ON payments.early_fraud_warnings;
CREATE POLICY tenant_rows ON payments.early_fraud_warnings
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.early_fraud_warnings IS
    'Rows of the tenant entered, for everybody; none without one.';
