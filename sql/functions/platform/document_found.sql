CREATE OR REPLACE FUNCTION payments.document_found(p_noun text, p_document jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_document IS NULL THEN
        RAISE EXCEPTION 'no such %', p_noun USING ERRCODE = 'PY010';
    END IF;
    RETURN p_document;
END
$$;
COMMENT ON FUNCTION payments.document_found(text, jsonb) IS
    'The document, if there is one. Raises PY010.';
