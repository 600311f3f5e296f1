CREATE OR REPLACE FUNCTION ops.payee_disable(
    p_tenant_id uuid, p_recipient_type text, p_recipient_id text, p_reason text
) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_account_id uuid;
    v_source_id CONSTANT text := gen_random_uuid()::text;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.reason_check(p_reason);
    SELECT a.id INTO v_account_id FROM payments.connected_accounts AS a
     WHERE a.tenant_id = p_tenant_id AND a.recipient_type = p_recipient_type
       AND a.recipient_id = p_recipient_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such payee' USING ERRCODE = 'PY010';
    END IF;
    PERFORM payments.review_open(p_tenant_id, 'operator', v_source_id, v_account_id, 100,
                                 ARRAY[p_reason], payments.clock());
    PERFORM payments.audit_act(p_tenant_id, 'payee_disable', v_account_id::text);
    RETURN payments.id_derive(p_tenant_id, 'review', 'operator', v_source_id);
END
$$;
COMMENT ON FUNCTION ops.payee_disable(uuid, text, text, text) IS
    'Transfers nothing to a payee from now on: what it earns stays a visible liability, and sales '
    'go on. Opens a review and returns its id: review_approve enables the payee again. What Stripe '
    'was asked for before cannot be called back. Raises PY010, PY020 (no reason), PY070. Example: '
    'SELECT ops.payee_disable(''…'', ''artist'', ''a1'', ''bank account disputed'');';
