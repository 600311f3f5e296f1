-- Who may see and write payments.payment_splits.
DROP POLICY IF EXISTS tenant_rows ON payments.payment_splits;
CREATE POLICY tenant_rows ON payments.payment_splits
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.payment_splits IS
    'Rows of the tenant entered, for everybody; none without one.';
