-- session_user, not current_user: inside a definer current_user is the definer.
CREATE OR REPLACE FUNCTION payments.audit_act(p_tenant_id uuid, p_action text, p_object_id text)
    RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    SELECT payments.audit_add(p_tenant_id, gen_random_uuid(), session_user::text, 'ops.'
                              || p_action, p_object_id, 'accepted', NULL,
                              jsonb_build_object('ip', host(inet_client_addr())))
$$;
COMMENT ON FUNCTION payments.audit_act(uuid, text, text) IS
    'Records what the person logged in did by the ops function p_action; called by every ops '
    'function that acts. Without an address when they came by the server''s own socket.';
