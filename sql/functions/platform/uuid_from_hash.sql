-- plpgsql, though one expression: a SQL function that cannot be inlined starts an executor at each
-- call.
CREATE OR REPLACE FUNCTION payments.uuid_from_hash(p_hash bytea) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN encode(
        set_byte(set_byte(substring(p_hash FROM 1 FOR 16), 6, (get_byte(p_hash, 6) & 15) | 128),
                 8, (get_byte(p_hash, 8) & 63) | 128), 'hex')::uuid;
END
$$;
COMMENT ON FUNCTION payments.uuid_from_hash(bytea) IS
    'A version 8 uuid (RFC 9562) of the first 16 bytes of a hash.';
