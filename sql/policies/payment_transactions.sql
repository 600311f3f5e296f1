-- Who may see and write payments.payment_transactions.
DROP POLICY IF EXISTS tenant_rows ON payments.payment_transactions;
CREATE POLICY tenant_rows ON payments.payment_transactions
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.payment_transactions IS
    'Rows of the tenant entered, for everybody; none without one.';
