CREATE OR REPLACE FUNCTION ops.fraud_list_set(
    p_tenant_id uuid, p_list text, p_signal text, p_value text, p_active boolean DEFAULT true,
    p_note text DEFAULT NULL, p_expires_at timestamptz DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_value text := CASE WHEN p_signal = 'ip' THEN payments.ip_signal(p_value)
                         WHEN p_signal LIKE 'email%' THEN lower(p_value) ELSE p_value END;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF (p_list IN ('block', 'allow')
        AND p_signal IN ('customer', 'card', 'device', 'ip', 'email', 'email_domain')
        AND length(v_value) BETWEEN 1 AND 500) IS NOT TRUE THEN
        RAISE EXCEPTION 'lists are block and allow, of a customer, card, device, public ip, email '
                        'or email_domain' USING ERRCODE = 'PY020';
    END IF;
    INSERT INTO payments.fraud_list_entries AS e
        (tenant_id, list, signal, value, note, active, expires_at, created_at, updated_at,
         updated_by)
    VALUES (p_tenant_id, p_list, p_signal, v_value, p_note, coalesce(p_active, true), p_expires_at,
            v_now, v_now, session_user)
    ON CONFLICT (tenant_id, list, signal, value) DO UPDATE
        SET note = coalesce(excluded.note, e.note), active = excluded.active,
            expires_at = excluded.expires_at, updated_at = v_now, updated_by = session_user;
    PERFORM payments.audit_act(p_tenant_id, 'fraud_list_set', p_list || ' ' || p_signal);
    RETURN v_value;
END
$$;
COMMENT ON FUNCTION ops.fraud_list_set(uuid, text, text, text, boolean, text, timestamptz) IS
    'Puts a value on the blocklist or allowlist, or switches it off (p_active => false); returns '
    'the value as it is compared. Raises PY020, PY070. Example: SELECT ops.fraud_list_set(''…'', '
    '''block'', ''email_domain'', ''mailinator.com'');';
