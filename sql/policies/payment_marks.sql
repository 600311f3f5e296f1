-- Who may see and write payments.payment_marks.
DROP POLICY IF EXISTS tenant_rows ON payments.payment_marks;
CREATE POLICY tenant_rows ON payments.payment_marks
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.payment_marks IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.payment_marks;
CREATE POLICY system_reads ON payments.payment_marks FOR SELECT TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.payment_marks IS
    'Columns granted to payments_system, across tenants: violations_due.';
