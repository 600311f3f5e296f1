CREATE OR REPLACE FUNCTION payments.cursor_decode(p_cursor text, OUT created_at timestamptz,
                                                  OUT id uuid)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_text text;
BEGIN
    IF p_cursor IS NULL THEN
        RETURN;
    END IF;
    IF p_cursor !~ '^[A-Za-z0-9_-]{1,200}$' THEN
        RAISE EXCEPTION 'the cursor is not one of ours' USING ERRCODE = 'PY050';
    END IF;
    v_text := convert_from(
        decode(rpad(translate(p_cursor, '-_', '+/'), (length(p_cursor) + 3) / 4 * 4, '='),
               'base64'), 'UTF8');
    created_at := split_part(v_text, ' ', 1)::timestamptz;
    id := split_part(v_text, ' ', 2)::uuid;
    -- 'now', 'infinity' and the like read as times, too.
    IF payments.cursor_encode(created_at, id) IS DISTINCT FROM p_cursor THEN
        RAISE EXCEPTION 'the cursor is not one of ours' USING ERRCODE = 'PY050';
    END IF;
EXCEPTION
    WHEN data_exception THEN  -- all of class 22: whatever base64, UTF-8, a time and a uuid refuse
        RAISE EXCEPTION 'the cursor is not one of ours' USING ERRCODE = 'PY050';
END
$$;
COMMENT ON FUNCTION payments.cursor_decode(text) IS
    'The row a cursor stands behind; nulls for no cursor. Raises PY050 for anything that '
    'cursor_encode did not make.';
