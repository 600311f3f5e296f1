CREATE OR REPLACE FUNCTION ops.reviews_outstanding(p_tenant_id uuid)
RETURNS TABLE (review_id uuid, kind text, source text, score integer, reasons text[],
               payment_id uuid, order_id text, customer_id text,
               amount bigint, currency text, payment_status text, recipient text, waiting interval)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT r.id, r.kind, r.source, r.score, r.reasons, p.id, p.order_id, p.customer_id, p.amount,
           p.currency, p.status,
           nullif(concat_ws(' ', a.recipient_type, a.recipient_id, a.business_name), ''),
           payments.clock() - r.created_at
      FROM payments.reviews AS r
      LEFT JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id
       AND p.id = r.payment_id
      LEFT JOIN payments.connected_accounts AS a ON a.tenant_id = p_tenant_id
       AND a.id = r.connected_account_id
     WHERE r.tenant_id = p_tenant_id AND r.status = 'open'
     ORDER BY r.created_at, r.id;
END
$$;
COMMENT ON FUNCTION ops.reviews_outstanding(uuid) IS
    'What waits for a person, oldest first; amounts in minor units. Raises PY070. Example: SELECT '
    '* FROM ops.reviews_outstanding(''…'');';
