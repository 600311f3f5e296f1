-- Stripe may send the escape of a zero character, which jsonb cannot hold. Failing would keep the
-- event, and with it money, from being applied, and the server would write the text around it into
-- its log.
CREATE OR REPLACE FUNCTION payments.stripe_event_decode(p_payload bytea) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$
    SELECT regexp_replace(convert_from(p_payload, 'UTF8'), '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd',
                          'g')::jsonb
$$;
COMMENT ON FUNCTION payments.stripe_event_decode(bytea) IS
    'A stored event as JSON, zero characters replaced by U+FFFD. Raises what the server raises for '
    'a body that is not JSON.';
