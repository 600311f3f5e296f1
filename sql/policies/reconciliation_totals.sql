-- Who may see and write payments.reconciliation_totals.
DROP POLICY IF EXISTS tenant_rows ON payments.reconciliation_totals;
CREATE POLICY tenant_rows ON payments.reconciliation_totals
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.reconciliation_totals IS
    'Rows of the tenant entered, for everybody; none without one.';
