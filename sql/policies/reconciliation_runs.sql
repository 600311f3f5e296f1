-- Who may see and write payments.reconciliation_runs.
DROP POLICY IF EXISTS system_rows ON payments.reconciliation_runs;
CREATE POLICY system_rows ON payments.reconciliation_runs TO payments_system USING (true) WITH
    CHECK (true);
COMMENT ON POLICY system_rows ON payments.reconciliation_runs IS
    'A run goes over all tenants: only payments_system works here.';
