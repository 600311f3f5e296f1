-- Who may see and write payments.escrow_conditions.
DROP POLICY IF EXISTS tenant_rows ON payments.escrow_conditions;
CREATE POLICY tenant_rows ON payments.escrow_conditions
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.escrow_conditions IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.escrow_conditions;
CREATE POLICY system_reads ON payments.escrow_conditions FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.escrow_conditions IS
    'Columns granted to payments_system, across tenants: escrows_due.';
