-- Who may see and write payments.fraud_signals.
DROP POLICY IF EXISTS tenant_rows ON payments.fraud_signals;
CREATE POLICY tenant_rows ON payments.fraud_signals
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.fraud_signals IS
    'Rows of the tenant entered, for everybody; none without one.';
