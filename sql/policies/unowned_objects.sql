-- Who may see and write payments.unowned_objects.
DROP POLICY IF EXISTS system_rows ON payments.unowned_objects;
CREATE POLICY system_rows ON payments.unowned_objects TO payments_system USING (true) WITH
    CHECK (true);
COMMENT ON POLICY system_rows ON payments.unowned_objects IS
    'What has no tenant is seen by payments_system alone.';
