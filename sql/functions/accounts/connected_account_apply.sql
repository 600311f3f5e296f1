CREATE OR REPLACE FUNCTION payments.connected_account_apply(
    p_tenant_id uuid, p_account_id uuid, p_object jsonb, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_enabled boolean := (p_object #>> '{capabilities,transfers}') IS NOT DISTINCT FROM 'active';
BEGIN
    UPDATE payments.connected_accounts AS a
       SET transfers_enabled = v_enabled,
           charges_enabled = coalesce((p_object ->> 'charges_enabled')::boolean, false),
           payouts_enabled = coalesce((p_object ->> 'payouts_enabled')::boolean, false),
           details_submitted = coalesce((p_object ->> 'details_submitted')::boolean, false),
           requirements = coalesce(p_object #> '{requirements,currently_due}', '[]'),
           disabled_reason = p_object #>> '{requirements,disabled_reason}', updated_at = p_now
     WHERE a.tenant_id = p_tenant_id AND a.id = p_account_id;
    RETURN CASE WHEN v_enabled THEN payments.transfers_unblock(p_tenant_id, p_account_id, p_now)
                ELSE 0 END;
END
$$;
COMMENT ON FUNCTION payments.connected_account_apply(uuid, uuid, jsonb, timestamptz) IS
    'Applies an account as Stripe shows it now; once transfers are active, releases what was '
    'blocked. Returns how many operations became due.';
