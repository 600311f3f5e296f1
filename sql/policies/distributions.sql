-- Who may see and write payments.distributions.
DROP POLICY IF EXISTS tenant_rows ON payments.distributions;
CREATE POLICY tenant_rows ON payments.distributions
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.distributions IS
    'Rows of the tenant entered, for everybody; none without one.';
