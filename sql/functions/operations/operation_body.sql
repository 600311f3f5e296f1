CREATE OR REPLACE FUNCTION payments.operation_body(p_operation payments.stripe_operations)
    RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT CASE
        WHEN p_operation.kind = 'intent'
            THEN payments.payment_json(p_operation.tenant_id, p_operation.payment_id, true)
        WHEN p_operation.kind IN ('capture', 'cancel')
            THEN payments.payment_json(p_operation.tenant_id, p_operation.payment_id, false)
        WHEN p_operation.kind = 'refund'
            THEN payments.refund_json(p_operation.tenant_id, p_operation.subject_id)
        WHEN p_operation.kind = 'evidence'
            THEN payments.dispute_json(p_operation.tenant_id, p_operation.subject_id)
        WHEN p_operation.kind IN ('account', 'account_link')
            THEN payments.connected_account_json(p_operation.tenant_id, p_operation.subject_id)
    END
$$;
COMMENT ON FUNCTION payments.operation_body(payments.stripe_operations) IS
    'The API''s document of what a request''s operation acts for; with the client secret for the '
    'creator of an intent.';
