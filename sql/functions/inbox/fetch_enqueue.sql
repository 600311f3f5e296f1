CREATE OR REPLACE FUNCTION payments.fetch_enqueue(
    p_tenant_id uuid, p_payment_id uuid, p_subject_id uuid, p_resource text, p_target text,
    p_cause text
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    -- What is not under way yet will be read later than now, and so tells what this call is for,
    -- too.
    IF EXISTS (SELECT FROM payments.stripe_operations AS o
                WHERE o.tenant_id = p_tenant_id AND o.subject_id = p_subject_id
                  AND o.kind = 'fetch' AND o.state = 'ready'
                  AND o.request ->> 'resource' = p_resource AND o.request ->> 'target' = p_target)
                      THEN
        RETURN 0;
    END IF;
    PERFORM payments.operation_enqueue(p_tenant_id, jsonb_build_object(
        'id', payments.id_derive(p_tenant_id, 'fetch', p_resource, p_target, p_cause),
        'kind', 'fetch', 'paymentId', p_payment_id, 'subjectId', p_subject_id,
        'lockKey', 'fetch:' || p_target,
        'request', jsonb_build_object('resource', p_resource, 'target', p_target,
                                      'params', '{}'::jsonb)));
    RETURN 1;
END
$$;
COMMENT ON FUNCTION payments.fetch_enqueue(uuid, uuid, uuid, text, text, text) IS
    'Has an object read from Stripe, once per cause; one at a time per object, so that an older '
    'answer cannot come last. Returns 1; 0 when one that is not under way yet will do.';
