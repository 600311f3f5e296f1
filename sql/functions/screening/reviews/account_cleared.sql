CREATE OR REPLACE FUNCTION payments.account_cleared(
    p_tenant_id uuid, p_account_id uuid, p_found jsonb
) RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT NOT EXISTS (
        SELECT FROM jsonb_array_elements(p_found) AS found
         WHERE NOT EXISTS (
            SELECT FROM payments.aml_screenings AS screening
              JOIN payments.reviews AS review
                ON review.tenant_id = p_tenant_id AND review.source = 'sanctions'
                   AND review.source_id = screening.id::text
             WHERE screening.tenant_id = p_tenant_id AND screening.kind = 'name'
               AND screening.connected_account_id = p_account_id
               AND screening.findings @> jsonb_build_array(
                   jsonb_build_object('entry_id', found -> 'entry_id'))))
$$;
COMMENT ON FUNCTION payments.account_cleared(uuid, uuid, jsonb) IS
    'Whether a person has decided, or is looking at, every likeness found for a payee.';
