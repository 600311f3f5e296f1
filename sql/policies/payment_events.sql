-- Who may see and write payments.payment_events.
DROP POLICY IF EXISTS tenant_rows ON payments.payment_events;
CREATE POLICY tenant_rows ON payments.payment_events
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.payment_events IS
    'Rows of the tenant entered, for everybody; none without one.';
