-- Who may see and write payments.webhook_inbox.
DROP POLICY IF EXISTS system_rows ON payments.webhook_inbox;
CREATE POLICY system_rows ON payments.webhook_inbox TO payments_system USING (true) WITH
    CHECK (true);
COMMENT ON POLICY system_rows ON payments.webhook_inbox IS
    'An event has no tenant until it is resolved: only payments_system works here.';
