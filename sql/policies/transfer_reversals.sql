-- Who may see and write payments.transfer_reversals.
DROP POLICY IF EXISTS tenant_rows ON payments.transfer_reversals;
CREATE POLICY tenant_rows ON payments.transfer_reversals
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.transfer_reversals IS
    'Rows of the tenant entered, for everybody; none without one.';
