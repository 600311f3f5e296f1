CREATE OR REPLACE FUNCTION ops.split_preview(
    p_amount bigint, p_shares jsonb, p_captured bigint DEFAULT NULL, p_currency text DEFAULT NULL
) RETURNS TABLE (recipient_type text, recipient_id text, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT s.recipient_type, s.recipient_id, s.amount
      FROM payments.split_calculate(p_amount, coalesce(p_captured, p_amount), p_shares,
                                    payments.currency_unit(p_currency)) AS s
$$;
COMMENT ON FUNCTION ops.split_preview(bigint, jsonb, bigint, text) IS
    'What each recipient would get, in minor units; p_captured for a partial capture, p_currency '
    'for those that are paid in whole units only (isk, kwd …). Raises PY023. Example: SELECT * '
    'FROM ops.split_preview(10000, '
    '''[{"recipientType":"venue","recipientId":"v1","basisPoints":3000}]'');';
