CREATE OR REPLACE FUNCTION payments.from_epoch(p_seconds text) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS $$ SELECT to_timestamp(p_seconds::double precision) $$;
COMMENT ON FUNCTION payments.from_epoch(text) IS
    'A Stripe timestamp (seconds since 1970 as text) as a time.';
