-- Who may see and write payments.audit_log.
DROP POLICY IF EXISTS tenant_rows ON payments.audit_log;
CREATE POLICY tenant_rows ON payments.audit_log
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.audit_log IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.audit_log;
CREATE POLICY system_reads ON payments.audit_log FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.audit_log IS
    'Columns granted to payments_system, across tenants: audit_chain_due.';
