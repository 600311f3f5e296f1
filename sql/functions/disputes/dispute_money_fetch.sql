CREATE OR REPLACE FUNCTION payments.dispute_money_fetch(
    p_tenant_id uuid, p_payment_id uuid, p_dispute_id uuid, p_object jsonb
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.operation_enqueue(p_tenant_id, jsonb_build_object(
        'id', payments.id_derive(p_tenant_id, 'fetch', 'dispute_money', p_dispute_id::text,
                                 p_object ->> 'status',
                                 p_object #>> '{evidence_details,submission_count}'),
        'kind', 'fetch', 'paymentId', p_payment_id, 'subjectId', p_dispute_id,
        'lockKey', 'fetch:' || (p_object ->> 'id'),
        'request', jsonb_build_object('resource', 'balance_transactions', 'target', NULL,
            'params', jsonb_build_object('source', p_object ->> 'id', 'limit', 100))));
    RETURN 1;
END
$$;
COMMENT ON FUNCTION payments.dispute_money_fetch(uuid, uuid, uuid, jsonb) IS
    'Has everything Stripe moved for a dispute read, once per status and submission (Stripe: GET '
    '/v1/balance_transactions?source=). Returns 1.';
