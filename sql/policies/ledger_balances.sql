-- Who may see and write payments.ledger_balances.
DROP POLICY IF EXISTS tenant_rows ON payments.ledger_balances;
CREATE POLICY tenant_rows ON payments.ledger_balances
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.ledger_balances IS
    'Rows of the tenant entered, for everybody; none without one.';
