CREATE OR REPLACE FUNCTION payments.payment_course(p_tenant_id uuid, p_payment_id uuid)
RETURNS TABLE (happened_at timestamptz, what text, detail text, amount bigint, currency text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT p.created_at, 'payment created', 'order ' || p.order_id, p.amount, p.currency
      FROM payments.payment_transactions AS p WHERE p.tenant_id = p_tenant_id
       AND p.id = p_payment_id
    UNION ALL
    SELECT p.settled_at, 'payment captured', NULL, p.amount_captured, p.currency
      FROM payments.payment_transactions AS p WHERE p.tenant_id = p_tenant_id
       AND p.id = p_payment_id AND p.settled_at IS NOT NULL
    UNION ALL
    SELECT f.checked_at, 'fraud decision',
           concat_ws(' ', f.decision, f.score, array_to_string(f.reasons, ' ')), NULL, NULL
      FROM payments.fraud_checks AS f WHERE f.tenant_id = p_tenant_id
       AND f.payment_id = p_payment_id
    UNION ALL
    SELECT v.created_at, 'review opened',
           concat_ws(' ', v.kind, v.source, array_to_string(v.reasons, ' ')), NULL, NULL
      FROM payments.reviews AS v WHERE v.tenant_id = p_tenant_id AND v.payment_id = p_payment_id
    UNION ALL
    SELECT v.decided_at, 'review ' || v.status, 'by ' || v.decided_by, NULL, NULL
      FROM payments.reviews AS v WHERE v.tenant_id = p_tenant_id AND v.payment_id = p_payment_id
       AND v.decided_at IS NOT NULL
    UNION ALL
    SELECT t.created_at, 'transfer planned',
           format('%s to %s %s, now %s', t.purpose, t.recipient_type, t.recipient_id, t.status),
           t.amount, t.currency
      FROM payments.stripe_transfers AS t WHERE t.tenant_id = p_tenant_id
       AND t.payment_id = p_payment_id
    UNION ALL
    SELECT v.created_at, 'reversal planned',
           format('for a %s, from %s %s, now %s', v.cause_type, t.recipient_type, t.recipient_id,
                  v.status), v.amount, v.currency
      FROM payments.stripe_transfers AS t
      JOIN payments.transfer_reversals AS v ON v.tenant_id = p_tenant_id AND v.transfer_id = t.id
     WHERE t.tenant_id = p_tenant_id AND t.payment_id = p_payment_id
    UNION ALL
    SELECT r.created_at, 'refund requested',
           concat_ws(' ', r.reason, r.origin, 'by ' || r.created_by), r.amount, r.currency
      FROM payments.payment_refunds AS r WHERE r.tenant_id = p_tenant_id
       AND r.payment_id = p_payment_id
    UNION ALL
    SELECT r.updated_at, 'refund ' || r.status,
           concat_ws(' ', r.stripe_refund_id, r.failure_reason), r.amount, r.currency
      FROM payments.payment_refunds AS r WHERE r.tenant_id = p_tenant_id
       AND r.payment_id = p_payment_id AND r.status <> 'pending'
    UNION ALL
    SELECT d.created_at, 'dispute opened', concat_ws(' ', d.stripe_dispute_id, d.reason), d.amount,
           d.currency
      FROM payments.disputes AS d WHERE d.tenant_id = p_tenant_id AND d.payment_id = p_payment_id
    UNION ALL
    SELECT d.updated_at, 'dispute ' || d.status, d.stripe_dispute_id, d.amount, d.currency
      FROM payments.disputes AS d
     WHERE d.tenant_id = p_tenant_id AND d.payment_id = p_payment_id
       AND d.status IN ('won', 'lost', 'warning_closed', 'prevented')
    UNION ALL
    SELECT w.created_at, 'early fraud warning', concat_ws(' ', w.stripe_id, w.fraud_type), NULL,
           NULL
      FROM payments.early_fraud_warnings AS w WHERE w.tenant_id = p_tenant_id
       AND w.payment_id = p_payment_id
$$;
COMMENT ON FUNCTION payments.payment_course(uuid, uuid) IS
    'What became of one payment by the rows of its refunds, transfers, reversals, disputes and '
    'reviews, in no order: the part of its story that neither events nor calls nor postings tell. '
    'Minor units.';
