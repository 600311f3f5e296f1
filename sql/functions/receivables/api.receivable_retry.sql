-- One receivable a call and a transaction, its payment locked first as everywhere.
CREATE OR REPLACE FUNCTION api.receivable_retry(p_tenant_id uuid)
RETURNS TABLE (receivable_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_payment_id uuid;
    v_debt payments.receivables;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT d.id, d.payment_id INTO receivable_id, v_payment_id FROM payments.receivables AS d
     WHERE d.tenant_id = p_tenant_id AND d.next_retry_at <= v_now
     ORDER BY d.next_retry_at, d.id LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM payments.payment_lock(p_tenant_id, v_payment_id);
    SELECT d.* INTO v_debt FROM payments.receivables AS d
     WHERE d.tenant_id = p_tenant_id AND d.id = receivable_id AND d.next_retry_at <= v_now
       FOR NO KEY UPDATE;
    enqueued := CASE WHEN FOUND THEN payments.receivable_retry_begin(v_debt, v_now) ELSE 0 END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION api.receivable_retry(uuid) IS
    'Asks the account of the payee whose debt has waited longest for it once more; no row: nothing '
    'is due. Raises PY001, PY002.';
