CREATE OR REPLACE FUNCTION payments.receivable_retry_end(
    p_tenant_id uuid, p_payment_id uuid, p_cause_id uuid, p_amount bigint, p_came_back boolean,
    p_now timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    UPDATE payments.receivables AS d
       SET amount_reversing = d.amount_reversing - p_amount,
           amount_reversed = d.amount_reversed + CASE WHEN p_came_back THEN p_amount ELSE 0 END,
           updated_at = p_now,
           next_retry_at = CASE WHEN NOT p_came_back
                                THEN payments.receivable_next_retry(d.retries, p_now) END
     WHERE d.tenant_id = p_tenant_id AND d.payment_id = p_payment_id AND d.amount_reversing > 0
       AND payments.receivable_retry_id(p_tenant_id, d.id, d.retries) = p_cause_id
$$;
COMMENT ON FUNCTION payments.receivable_retry_end(uuid, uuid, uuid, bigint, boolean, timestamptz) IS
    'Books how a repeated reversal of a receivable ended (minor units): it came back, or it is '
    'owed as before and asked for again later.';
