-- Who may see and write payments.audit_heads.
DROP POLICY IF EXISTS tenant_rows ON payments.audit_heads;
CREATE POLICY tenant_rows ON payments.audit_heads
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.audit_heads IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.audit_heads;
CREATE POLICY system_reads ON payments.audit_heads FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.audit_heads IS
    'Columns granted to payments_system, across tenants: audit_chain_due.';
