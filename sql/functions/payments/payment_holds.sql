CREATE OR REPLACE FUNCTION payments.payment_holds(p_tenant_id uuid, p_payment_id uuid)
    RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN array_remove(ARRAY[
        CASE WHEN payments.payment_frozen(p_tenant_id, p_payment_id) THEN 'dispute' END,
        CASE WHEN payments.payment_reviewed(p_tenant_id, p_payment_id) THEN 'review' END], NULL);
END
$$;
COMMENT ON FUNCTION payments.payment_holds(uuid, uuid) IS
    'Why nothing of a payment may be paid out now: dispute, review; empty when it may.';
