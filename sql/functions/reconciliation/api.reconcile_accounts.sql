-- owner: payments_system
CREATE OR REPLACE FUNCTION api.reconcile_accounts(p_after text, p_limit integer)
    RETURNS TABLE (provider_account text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT c.stripe_account_id FROM payments.connected_accounts AS c
     WHERE c.stripe_account_id IS NOT NULL AND (p_after IS NULL OR c.stripe_account_id > p_after)
     ORDER BY c.stripe_account_id
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.reconcile_accounts(text, integer) IS
    'The next payees'' Stripe accounts after one (null: the first).';
