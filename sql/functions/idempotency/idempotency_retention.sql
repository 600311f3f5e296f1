CREATE OR REPLACE FUNCTION payments.idempotency_retention() RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Callers are promised 30 days; the rest is for a clock that was wrong.
AS $$ SELECT interval '35 days' $$;
COMMENT ON FUNCTION payments.idempotency_retention() IS
    'How long a client''s Idempotency-Key is kept after its first use.';
