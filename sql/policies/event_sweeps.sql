-- Who may see and write payments.event_sweeps.
DROP POLICY IF EXISTS system_rows ON payments.event_sweeps;
CREATE POLICY system_rows ON payments.event_sweeps TO payments_system USING (true) WITH CHECK (true);
COMMENT ON POLICY system_rows ON payments.event_sweeps IS 'A sweep reads one Stripe account, before any tenant is known: only payments_system works here.';
