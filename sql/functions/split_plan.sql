CREATE OR REPLACE FUNCTION payments.split_plan(
    p_tenant_id uuid, p_payment_id uuid, p_amount bigint, p_currency text, p_shares jsonb, p_at timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    SELECT payments.splits_plan(
        p_tenant_id, ARRAY[p_payment_id], ARRAY[p_amount], ARRAY[p_currency], ARRAY[p_shares], p_at)
$$;
COMMENT ON FUNCTION payments.split_plan(uuid, uuid, bigint, text, jsonb, timestamptz) IS
    'Writes the agreed shares of a payment, the platform last. Raises PY023 (impossible shares), PY024 (a recipient without connected account).';
