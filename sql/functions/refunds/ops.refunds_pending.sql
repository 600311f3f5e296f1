CREATE OR REPLACE FUNCTION ops.refunds_pending(p_tenant_id uuid)
RETURNS TABLE (refund_id uuid, payment_id uuid, amount bigint, currency text, waits_for text,
               created_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT r.id, r.payment_id, r.amount, r.currency,
           CASE WHEN r.accepted_at IS NULL THEN 'call ' || coalesce(o.state, 'missing')
                ELSE coalesce(r.pending_reason, 'the bank') END, r.created_at
      FROM payments.payment_refunds AS r
      LEFT JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id
       AND o.subject_id = r.id AND o.kind = 'refund'
     WHERE r.tenant_id = p_tenant_id AND r.status = 'pending'
     ORDER BY r.created_at, r.id;
END
$$;
COMMENT ON FUNCTION ops.refunds_pending(uuid) IS
    'Refunds on their way and what each waits for: its call to Stripe, the bank, or '
    'insufficient_funds, the platform''s balance; amounts in minor units. Raises PY070. Example: '
    'SELECT waits_for, currency, count(*), sum(amount) FROM ops.refunds_pending(''…'') GROUP BY 1, '
    '2;';
