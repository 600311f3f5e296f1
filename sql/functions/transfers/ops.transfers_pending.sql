CREATE OR REPLACE FUNCTION ops.transfers_pending(p_tenant_id uuid)
RETURNS TABLE (transfer_id uuid, payment_id uuid, recipient_type text, recipient_id text,
               stripe_account_id text, amount bigint, currency text, status text, attempts integer,
               next_attempt_at timestamptz, last_error_code text, last_error text,
               created_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT v.id, v.payment_id, v.recipient_type, v.recipient_id, v.stripe_account_id, v.amount,
           v.currency, v.status, v.attempts, v.next_attempt_at, v.last_error_code, v.last_error,
           v.created_at
      FROM payments.pending_transfers AS v
     WHERE v.tenant_id = p_tenant_id
     ORDER BY v.created_at;
END
$$;
COMMENT ON FUNCTION ops.transfers_pending(uuid) IS
    'What still has to reach connected accounts, oldest first, amounts in minor units. Raises '
    'PY070. Example: SELECT * FROM ops.transfers_pending(''…'');';
