CREATE OR REPLACE FUNCTION payments.account_reviewed(p_tenant_id uuid, p_account_id uuid)
    RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM payments.reviews AS r
                    WHERE r.tenant_id = p_tenant_id AND r.connected_account_id = p_account_id
                      AND r.status IN ('open', 'rejected'))
$$;
COMMENT ON FUNCTION payments.account_reviewed(uuid, uuid) IS
    'Whether a person still has to decide about a payee, or has rejected it: nothing is '
    'transferred to it.';
