-- Who may see and write payments.refund_policies.
DROP POLICY IF EXISTS tenant_rows ON payments.refund_policies;
CREATE POLICY tenant_rows ON payments.refund_policies
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.refund_policies IS
    'Rows of the tenant entered, for everybody; none without one.';
