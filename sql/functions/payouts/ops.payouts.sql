CREATE OR REPLACE FUNCTION ops.payouts(
    p_tenant_id uuid, p_recipient_type text DEFAULT NULL, p_recipient_id text DEFAULT NULL
) RETURNS TABLE (recipient_type text, recipient_id text, stripe_payout_id text, amount bigint,
                 currency text, status text, arrival_date timestamptz, failure_code text,
                 failure_message text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT a.recipient_type, a.recipient_id, y.stripe_payout_id, y.amount, y.currency, y.status,
           y.arrival_date, y.failure_code, y.failure_message
      FROM payments.payouts AS y
      JOIN payments.connected_accounts AS a ON a.tenant_id = p_tenant_id
       AND a.id = y.connected_account_id
     WHERE y.tenant_id = p_tenant_id
       AND a.recipient_type = coalesce(p_recipient_type, a.recipient_type)
       AND a.recipient_id = coalesce(p_recipient_id, a.recipient_id)
     ORDER BY y.created_at DESC;
END
$$;
COMMENT ON FUNCTION ops.payouts(uuid, text, text) IS
    'Payouts to payees'' banks, newest first, amounts in minor units. Raises PY070. Example: '
    'SELECT * FROM ops.payouts(''…'', ''venue'', ''v1'');';
