-- Who may see and write payments.reviews.
DROP POLICY IF EXISTS tenant_rows ON payments.reviews;
CREATE POLICY tenant_rows ON payments.reviews
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
COMMENT ON POLICY tenant_rows ON payments.reviews IS
    'Rows of the tenant entered, for everybody; none without one.';
