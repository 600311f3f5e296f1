-- Who may see and write payments.escrow_conditions.
DROP POLICY IF EXISTS tenant_rows ON payments.escrow_conditions;
CREATE POLICY tenant_rows ON payments.escrow_conditions
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.escrow_conditions IS 'Rows of the tenant entered, for everybody; none without one.';
