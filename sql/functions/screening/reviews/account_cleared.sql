CREATE OR REPLACE FUNCTION payments.account_cleared(p_tenant_id uuid, p_account_id uuid,
                                                    p_found jsonb) RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT NOT EXISTS (
        SELECT FROM jsonb_array_elements(p_found) AS f
         WHERE NOT EXISTS (
            SELECT FROM payments.aml_screenings AS s
              JOIN payments.reviews AS r
                ON r.tenant_id = p_tenant_id AND r.source = 'sanctions' AND r.source_id = s.id::text
             WHERE s.tenant_id = p_tenant_id AND s.connected_account_id = p_account_id
               AND s.kind = 'name'
               AND s.findings @> jsonb_build_array(
                   jsonb_build_object('entry_id', f -> 'entry_id'))))
$$;
COMMENT ON FUNCTION payments.account_cleared(uuid, uuid, jsonb) IS
    'Whether a person has decided, or is looking at, every likeness found for a payee.';
