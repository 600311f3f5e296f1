-- Who may see and write payments.fraud_rules.
DROP POLICY IF EXISTS tenant_rows ON payments.fraud_rules;
CREATE POLICY tenant_rows ON payments.fraud_rules
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.fraud_rules IS
    'Rows of the tenant entered, for everybody; none without one.';
