CREATE OR REPLACE FUNCTION payments.fetch_enqueue(
    p_tenant_id uuid, p_payment_id uuid, p_subject_id uuid, p_resource text, p_target text, p_cause text
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.operation_enqueue(
        p_tenant_id, 'fetch', payments.id_derive(p_tenant_id, 'fetch', p_resource, p_target, p_cause), p_payment_id,
        p_subject_id, 'fetch:' || p_target,
        jsonb_build_object('resource', p_resource, 'target', p_target, 'params', '{}'::jsonb));
    RETURN 1;
END
$$;
COMMENT ON FUNCTION payments.fetch_enqueue(uuid, uuid, uuid, text, text, text) IS
    'Has an object read from Stripe, once per cause; one at a time per object, so that an older answer cannot come last. Returns 1.';
