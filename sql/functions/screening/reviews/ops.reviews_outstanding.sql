CREATE OR REPLACE FUNCTION ops.reviews_outstanding(p_tenant_id uuid)
RETURNS TABLE (review_id uuid, kind text, source text, score integer, reasons text[],
               payment_id uuid, order_id text, customer_id text, amount bigint, currency text,
               payment_status text, recipient text, waiting interval)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT review.id, review.kind, review.source, review.score, review.reasons, payment.id,
           payment.order_id, payment.customer_id, payment.amount, payment.currency, payment.status,
           nullif(concat_ws(' ', payee.recipient_type, payee.recipient_id, payee.business_name),
                  ''),
           payments.clock() - review.created_at
      FROM payments.reviews AS review
      LEFT JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = review.payment_id
      LEFT JOIN payments.connected_accounts AS payee
        ON payee.tenant_id = p_tenant_id AND payee.id = review.connected_account_id
     WHERE review.tenant_id = p_tenant_id AND review.status = 'open'
     ORDER BY review.created_at, review.id;
END
$$;
COMMENT ON FUNCTION ops.reviews_outstanding(uuid) IS
    'What waits for a person, oldest first; amounts in minor units. Raises PY070. Example: SELECT '
    '* FROM ops.reviews_outstanding(''…'');';
