-- Who may see and write payments.chores.
DROP POLICY IF EXISTS system_rows ON payments.chores;
CREATE POLICY system_rows ON payments.chores TO payments_system USING (true) WITH CHECK (true);
COMMENT ON POLICY system_rows ON payments.chores IS 'A chore belongs to no tenant: only payments_system works here.';
