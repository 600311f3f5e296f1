CREATE OR REPLACE FUNCTION ops.refund_batch_progress(p_tenant_id uuid, p_batch_id uuid)
RETURNS TABLE (status text, total bigint, succeeded bigint, failed bigint, pending bigint,
               amount numeric, show_id text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_batch jsonb;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    v_batch := payments.refund_batch_json(p_tenant_id, p_batch_id);
    IF v_batch IS NULL THEN
        RAISE EXCEPTION 'no such refund batch' USING ERRCODE = 'PY010';
    END IF;
    RETURN QUERY SELECT b.* FROM jsonb_to_record(v_batch)
        AS b (status text, total bigint, succeeded bigint, failed bigint, pending bigint,
              amount numeric, "eventId" text);
END
$$;
COMMENT ON FUNCTION ops.refund_batch_progress(uuid, uuid) IS
    'How far the cancellation of an event has come, in payments; amount refunded or on its way in '
    'minor units. Raises PY010, PY070. Example: SELECT * FROM ops.refund_batch_progress(''…'', '
    '''…'');';
