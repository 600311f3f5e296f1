-- Who may see and write payments.disputes.
DROP POLICY IF EXISTS tenant_rows ON payments.disputes;
CREATE POLICY tenant_rows ON payments.disputes
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.disputes IS
    'Rows of the tenant entered, for everybody; none without one.';
