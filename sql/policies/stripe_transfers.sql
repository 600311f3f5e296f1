-- Who may see and write payments.stripe_transfers.
DROP POLICY IF EXISTS tenant_rows ON payments.stripe_transfers;
CREATE POLICY tenant_rows ON payments.stripe_transfers
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.stripe_transfers IS
    'Rows of the tenant entered, for everybody; none without one.';
