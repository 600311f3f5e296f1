CREATE OR REPLACE FUNCTION payments.dispute_json(p_tenant_id uuid, p_dispute_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', d.id, 'paymentId', d.payment_id, 'stripeDisputeId', d.stripe_dispute_id,
        'amount', d.amount, 'currency', d.currency, 'status', d.status, 'reason', d.reason,
        'evidenceDueBy', payments.rfc3339(d.evidence_due_by),
        'submissionCount', d.submission_count, 'allocatedAmount', d.allocated_amount,
        'createdAt', payments.rfc3339(d.created_at), 'updatedAt', payments.rfc3339(d.updated_at))
      FROM payments.disputes AS d
     WHERE d.tenant_id = p_tenant_id AND d.id = p_dispute_id
$$;
COMMENT ON FUNCTION payments.dispute_json(uuid, uuid) IS
    'The API''s document of a dispute, amounts in minor units. Null when there is none.';
