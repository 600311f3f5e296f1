-- JSON, because the parts must not run into each other: ('a','bc') and ('ab','c') are different
-- names. plpgsql, though one expression: it is called a dozen times a payment, and so it takes a
-- third of the time.
CREATE OR REPLACE FUNCTION payments.id_derive(p_tenant_id uuid, p_kind text,
                                              VARIADIC p_parts text[]) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN payments.uuid_from_hash(sha256(convert_to(
        p_tenant_id::text || ' ' || p_kind || ' ' || array_to_json(p_parts)::text, 'UTF8')));
END
$$;
COMMENT ON FUNCTION payments.id_derive(uuid, text, text[]) IS
    'The same tenant, kind and natural key always give the same uuid: what makes a retry after a '
    'lost commit the same row and the same Stripe key.';
