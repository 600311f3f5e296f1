-- Who may see and write payments.ledger_accounts.
DROP POLICY IF EXISTS tenant_rows ON payments.ledger_accounts;
CREATE POLICY tenant_rows ON payments.ledger_accounts
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.ledger_accounts IS
    'Rows of the tenant entered, for everybody; none without one.';
