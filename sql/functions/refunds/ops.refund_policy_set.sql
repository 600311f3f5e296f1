CREATE OR REPLACE FUNCTION ops.refund_policy_set(
    p_tenant_id uuid, p_show_id text DEFAULT NULL, p_kept_basis_points integer DEFAULT 0,
    p_show_starts_at timestamptz DEFAULT NULL, p_closes_before interval DEFAULT NULL,
    p_override_subjects text[] DEFAULT '{}'
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_show_id CONSTANT text := coalesce(p_show_id, '');
    v_version integer;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF p_kept_basis_points IS NULL OR p_kept_basis_points NOT BETWEEN 0 AND 10000
       OR p_override_subjects IS NULL
       OR (p_closes_before IS NOT NULL AND p_show_starts_at IS NULL) THEN
        RAISE EXCEPTION 'kept is from 0 to 10000 basis points, and a window needs the event''s '
                        'start' USING ERRCODE = 'PY020';
    END IF;
    PERFORM FROM payments.tenants AS t WHERE t.tenant_id = p_tenant_id FOR NO KEY UPDATE;
    SELECT coalesce(max(r.version), 0) + 1 INTO v_version
      FROM payments.refund_policies AS r WHERE r.tenant_id = p_tenant_id AND r.show_id = v_show_id;
    INSERT INTO payments.refund_policies
        (tenant_id, id, show_id, version, show_starts_at, closes_before, kept_basis_points,
         override_subjects, created_at, created_by)
    VALUES (p_tenant_id,
            payments.id_derive(p_tenant_id, 'refund_policy', v_show_id, v_version::text),
            v_show_id, v_version, p_show_starts_at, p_closes_before, p_kept_basis_points,
            p_override_subjects, payments.clock(), session_user);
    PERFORM payments.audit_act(p_tenant_id, 'refund_policy_set',
                               concat_ws(' ', nullif(v_show_id, ''), 'version', v_version));
    RETURN v_version;
END
$$;
COMMENT ON FUNCTION ops.refund_policy_set(uuid, text, integer, timestamptz, interval, text[]) IS
    'Adds a version of the refund policy of an event (null: of the tenant) and returns its number. '
    'Refunds close p_closes_before ahead of the event; p_kept_basis_points of the capture are '
    'kept; p_override_subjects may refund all the same. Raises PY020, PY070. Example: SELECT '
    'ops.refund_policy_set(''…'', ''gig-1'', 1000, ''2027-05-01 20:00Z'', interval ''24 hours'');';
