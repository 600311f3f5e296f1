CREATE OR REPLACE FUNCTION payments.uuid_parse(p_text text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN p_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN p_text::uuid END
$$;
COMMENT ON FUNCTION payments.uuid_parse(text) IS
    'The uuid that somebody else''s text says, null when it says none: metadata at Stripe can be '
    'anything.';
