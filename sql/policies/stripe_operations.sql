-- Who may see and write payments.stripe_operations.
DROP POLICY IF EXISTS tenant_rows ON payments.stripe_operations;
CREATE POLICY tenant_rows ON payments.stripe_operations
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.stripe_operations IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.stripe_operations;
CREATE POLICY system_reads ON payments.stripe_operations FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.stripe_operations IS
    'Columns granted to payments_system, across tenants: operations_due, next_due, '
    'queues_state, operations_unresolved_tenants.';
