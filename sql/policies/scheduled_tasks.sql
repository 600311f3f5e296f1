-- Who may see and write payments.scheduled_tasks.
DROP POLICY IF EXISTS system_rows ON payments.scheduled_tasks;
CREATE POLICY system_rows ON payments.scheduled_tasks TO payments_system USING (true) WITH
    CHECK (true);
COMMENT ON POLICY system_rows ON payments.scheduled_tasks IS
    'A task belongs to no tenant: only payments_system works here.';
