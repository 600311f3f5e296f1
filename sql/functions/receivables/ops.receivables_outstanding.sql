CREATE OR REPLACE FUNCTION ops.receivables_outstanding(p_tenant_id uuid)
RETURNS TABLE (receivable_id uuid, recipient_type text, recipient_id text, currency text,
               amount bigint, amount_netted bigint, amount_reversing bigint, amount_reversed bigint,
               retries integer, next_retry_at timestamptz, payment_id uuid, created_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT d.id, d.recipient_type, d.recipient_id, d.currency, d.amount, d.amount_netted,
           d.amount_reversing, d.amount_reversed, d.retries, d.next_retry_at, d.payment_id,
           d.created_at
      FROM payments.receivables AS d
     WHERE d.tenant_id = p_tenant_id AND d.amount_netted < d.amount
       AND d.amount_netted + d.amount_reversed < d.amount
     ORDER BY d.created_at;
END
$$;
COMMENT ON FUNCTION ops.receivables_outstanding(uuid) IS
    'What payees still owe because a reversal could not be covered, minor units: kept back from '
    'their next transfers, or asked for again at next_retry_at (null: not any more). Raises PY070. '
    'Example: SELECT * FROM ops.receivables_outstanding(''…'');';
