-- Who may see and write payments.request_nonces.
DROP POLICY IF EXISTS tenant_rows ON payments.request_nonces;
CREATE POLICY tenant_rows ON payments.request_nonces
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.request_nonces IS
    'Rows of the tenant entered, for everybody; none without one.';
