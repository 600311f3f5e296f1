CREATE OR REPLACE FUNCTION payments.inbox_backoff(p_age interval) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT least(interval '60 seconds', greatest(interval '100 milliseconds', p_age / 2)) $$;
COMMENT ON FUNCTION payments.inbox_backoff(interval) IS
    'How long an event waits before the next look, by its age: our own commit is a moment behind '
    'it, an outage longer.';
