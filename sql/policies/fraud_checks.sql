-- Who may see and write payments.fraud_checks.
DROP POLICY IF EXISTS tenant_rows ON payments.fraud_checks;
CREATE POLICY tenant_rows ON payments.fraud_checks
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.fraud_checks IS
    'Rows of the tenant entered, for everybody; none without one.';
