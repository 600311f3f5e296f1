CREATE OR REPLACE FUNCTION payments.audit_genesis(p_tenant_id uuid) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT sha256(convert_to('payment-service audit ' || p_tenant_id, 'UTF8')) $$;
COMMENT ON FUNCTION payments.audit_genesis(uuid) IS
    'What a tenant''s first link is bound to, so that no chain passes for another tenant''s.';
