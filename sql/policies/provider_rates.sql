-- Who may see and write payments.provider_rates.
DROP POLICY IF EXISTS system_rows ON payments.provider_rates;
CREATE POLICY system_rows ON payments.provider_rates TO payments_system USING (true) WITH
    CHECK (true);
COMMENT ON POLICY system_rows ON payments.provider_rates IS
    'A rate belongs to a Stripe account, not to a tenant: only payments_system works here.';
