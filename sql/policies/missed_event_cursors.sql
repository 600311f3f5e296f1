-- Who may see and write payments.missed_event_cursors.
DROP POLICY IF EXISTS system_rows ON payments.missed_event_cursors;
CREATE POLICY system_rows ON payments.missed_event_cursors TO payments_system USING (true) WITH
    CHECK (true);
COMMENT ON POLICY system_rows ON payments.missed_event_cursors IS
    'A sweep reads one Stripe account, before any tenant is known: only payments_system works '
    'here.';
