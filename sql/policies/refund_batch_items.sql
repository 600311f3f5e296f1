-- Who may see and write payments.refund_batch_items.
DROP POLICY IF EXISTS tenant_rows ON payments.refund_batch_items;
CREATE POLICY tenant_rows ON payments.refund_batch_items
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.refund_batch_items IS
    'Rows of the tenant entered, for everybody; none without one.';

DROP POLICY IF EXISTS system_reads ON payments.refund_batch_items;
CREATE POLICY system_reads ON payments.refund_batch_items FOR SELECT
    TO payments_system USING (true);
COMMENT ON POLICY system_reads ON payments.refund_batch_items IS
    'Columns granted to payments_system, across tenants: refund_batches_due, queues_state.';
