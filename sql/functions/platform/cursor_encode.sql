CREATE OR REPLACE FUNCTION payments.cursor_encode(p_created_at timestamptz, p_id uuid) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$
    SELECT translate(
        encode(convert_to(payments.rfc3339(p_created_at) || ' ' || p_id, 'UTF8'), 'base64'),
        E'+/=\n', '-_')
$$;
COMMENT ON FUNCTION payments.cursor_encode(timestamptz, uuid) IS
    'An opaque cursor behind the given row of a list, safe in a URL.';
