-- An address of our own network says nothing of a buyer; of IPv6 a household has a /64.
CREATE OR REPLACE FUNCTION payments.ip_signal(p_address text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = payments, pg_temp
AS $$
DECLARE
    c_no_buyer CONSTANT inet[] := '{0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,
        172.16.0.0/12,192.168.0.0/16,224.0.0.0/3,::/127,fc00::/7,fe80::/10,ff00::/8}';
    v_address inet;
BEGIN
    v_address := host(regexp_replace(p_address, '^::ffff:(?=\d+\.)', '', 'i')::inet)::inet;
    IF v_address <<= ANY (c_no_buyer) THEN
        RETURN NULL;
    END IF;
    RETURN CASE family(v_address) WHEN 4 THEN host(v_address)
                ELSE network(set_masklen(v_address, 64))::text END;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.ip_signal(text) IS
    'An address as fraud rules count it: IPv4 as it is, IPv6 as its /64; null for one that is '
    'private, loopback, or none at all.';
