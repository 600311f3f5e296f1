-- JSON, because the parts must not run into each other: ('a','bc') and ('ab','c') are different
-- names. plpgsql, though one expression: it is called a dozen times a payment, and so it takes a
-- third of the time.
CREATE OR REPLACE FUNCTION payments.id_derive(p_tenant_id uuid, p_kind text,
                                              VARIADIC p_parts text[]) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_hash CONSTANT bytea := substring(sha256(convert_to(
        p_tenant_id::text || ' ' || p_kind || ' ' || array_to_json(p_parts)::text, 'UTF8'))
        FROM 1 FOR 16);
BEGIN
    -- A uuid of version 8 (RFC 9562).
    RETURN encode(set_byte(set_byte(v_hash, 6, (get_byte(v_hash, 6) & 15) | 128),
                           8, (get_byte(v_hash, 8) & 63) | 128), 'hex')::uuid;
END
$$;
COMMENT ON FUNCTION payments.id_derive(uuid, text, text[]) IS
    'The same tenant, kind and natural key always give the same uuid: what makes a retry after a '
    'lost commit the same row and the same Stripe key.';
