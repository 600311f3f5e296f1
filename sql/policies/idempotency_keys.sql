-- Who may see and write payments.idempotency_keys.
DROP POLICY IF EXISTS tenant_rows ON payments.idempotency_keys;
CREATE POLICY tenant_rows ON payments.idempotency_keys
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.idempotency_keys IS
    'Rows of the tenant entered, for everybody; none without one.';
