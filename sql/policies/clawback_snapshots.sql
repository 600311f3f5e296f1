-- Who may see and write payments.clawback_snapshots.
DROP POLICY IF EXISTS tenant_rows ON payments.clawback_snapshots;
CREATE POLICY tenant_rows ON payments.clawback_snapshots
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.clawback_snapshots IS
    'Rows of the tenant entered, for everybody; none without one.';
