-- Within the life of a Stripe key (24 h, an hour kept for safety) repeating the call is itself the
-- look-up for the kinds whose answer is one object; a transfer is always looked for, and so are
-- refund and reversal: these pay out. Under a new key, too: Stripe saves no refusal by its
-- validation, so an earlier attempt that was late may have gone through since.
CREATE OR REPLACE FUNCTION payments.operation_evidence(p_operation payments.stripe_operations,
                                                       p_now timestamptz)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN p_operation.first_sent_at IS NULL AND p_operation.generation = 0 THEN NULL
        WHEN p_operation.kind = 'transfer' THEN jsonb_build_object(
            'resource', 'transfers',
            'list', jsonb_build_object('transfer_group',
                                       p_operation.request #>> '{params,transfer_group}', 'limit',
                                       100),
            'accept', jsonb_build_object('metadata.operation_id',
                                         jsonb_build_array(p_operation.id)))
        WHEN p_operation.kind = 'refund' THEN jsonb_build_object(
            'resource', 'refunds',
            'list', jsonb_build_object('payment_intent',
                                       p_operation.request #>> '{params,payment_intent}', 'limit',
                                       100),
            'accept', jsonb_build_object('metadata.operation_id',
                                         jsonb_build_array(p_operation.id)))
        WHEN p_operation.kind = 'reversal' THEN jsonb_build_object(
            'resource', 'transfers', 'parent', p_operation.request ->> 'target', 'child',
            'reversals',
            'list', jsonb_build_object('limit', 100),
            'accept', jsonb_build_object('metadata.operation_id',
                                         jsonb_build_array(p_operation.id)))
        WHEN (p_now >= p_operation.first_sent_at + interval '23 hours') IS NOT TRUE THEN NULL
        WHEN p_operation.kind IN ('intent', 'account') THEN jsonb_build_object(
            'resource', CASE p_operation.kind WHEN 'intent' THEN 'payment_intents'
            ELSE 'accounts' END,
            'list', jsonb_build_object('limit', 100, 'created', jsonb_build_object(
                'gte', floor(extract(epoch FROM p_operation.first_sent_at))::bigint - 300,
                'lte', ceil(extract(epoch FROM p_operation.last_sent_at))::bigint + 3600)),
            'accept', jsonb_build_object('metadata.operation_id',
                                         jsonb_build_array(p_operation.id)))
        WHEN p_operation.kind IN ('capture', 'cancel') THEN jsonb_build_object(
            'resource', 'payment_intents', 'retrieve', p_operation.request ->> 'target',
            'accept', jsonb_build_object('status', CASE p_operation.kind
                WHEN 'capture' THEN '["succeeded"]'::jsonb ELSE '["canceled"]' END))
        WHEN p_operation.kind = 'evidence' THEN jsonb_build_object(
            'resource', 'disputes', 'retrieve', p_operation.request ->> 'target',
            'accept', jsonb_build_object('metadata.operation_id',
                                         jsonb_build_array(p_operation.id)))
    END
$$;
COMMENT ON FUNCTION payments.operation_evidence(payments.stripe_operations, timestamptz) IS
    'Where to look before an operation that was sent before is sent again, and what proves that it '
    'took effect; null: nothing can be there, or repeating under the same key is safe (Stripe '
    'keeps keys 24 hours).';
