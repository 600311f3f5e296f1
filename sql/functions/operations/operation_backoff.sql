-- Full jitter: a herd that failed together does not come back together.
CREATE OR REPLACE FUNCTION payments.operation_backoff(p_failures integer, p_base_seconds numeric,
                                                      p_cap_seconds numeric)
RETURNS interval
LANGUAGE sql VOLATILE
AS $$
    SELECT make_interval(
        secs => random() * least(p_cap_seconds,
                                 p_base_seconds * power(2,
                                                        least(p_failures, 30)))::double precision)
$$;
COMMENT ON FUNCTION payments.operation_backoff(integer, numeric, numeric) IS
    'Random wait from 0 to base times 2^failures seconds, at most the cap.';
