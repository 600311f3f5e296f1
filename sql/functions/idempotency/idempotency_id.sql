CREATE OR REPLACE FUNCTION payments.idempotency_id(p_tenant_id uuid, p_subject text, p_route text,
                                                   p_key text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT payments.id_derive(p_tenant_id, 'idempotency_key', p_subject, p_route, p_key) $$;
COMMENT ON FUNCTION payments.idempotency_id(uuid, text, text,
                                            text) IS 'Id of a client''s key: its scope is tenant, '
                                                     'subject and route.';
