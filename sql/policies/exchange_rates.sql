-- Who may see and write payments.exchange_rates.
DROP POLICY IF EXISTS tenant_rows ON payments.exchange_rates;
CREATE POLICY tenant_rows ON payments.exchange_rates
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.exchange_rates IS
    'Rows of the tenant entered, for everybody; none without one.';
