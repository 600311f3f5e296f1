-- Who may see and write payments.clawback_shares.
DROP POLICY IF EXISTS tenant_rows ON payments.clawback_shares;
CREATE POLICY tenant_rows ON payments.clawback_shares
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.clawback_shares IS
    'Rows of the tenant entered, for everybody; none without one.';
