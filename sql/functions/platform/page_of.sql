CREATE OR REPLACE FUNCTION payments.page_of(p_documents jsonb[], p_limit integer) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT jsonb_build_object(
        'data', to_jsonb(p_documents[:p_limit]), 'hasMore', cardinality(p_documents) > p_limit,
        'nextCursor', CASE WHEN cardinality(p_documents) > p_limit
            THEN payments.cursor_encode((p_documents[p_limit] ->> 'createdAt')::timestamptz,
                                        (p_documents[p_limit] ->> 'id')::uuid) END)
$$;
COMMENT ON FUNCTION payments.page_of(jsonb[], integer) IS
    'A page of a list, {data, hasMore, nextCursor}, made of documents with id and createdAt, one '
    'more than the page holds if there are any.';
