-- After a key was swept what it made still tells that it was used: the ids it derives are taken for
-- ever.
CREATE OR REPLACE FUNCTION payments.idempotency_unspent(p_spent boolean) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_spent IS NOT FALSE THEN
        RAISE EXCEPTION 'this Idempotency-Key was used before and its answer is no longer kept'
            USING ERRCODE = 'PY040';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.idempotency_unspent(boolean) IS
    'Refuses a client''s key that was answered so long ago that it was swept; p_spent: what it '
    'made is there. Raises PY040.';
