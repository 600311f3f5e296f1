-- owner: payments_system
CREATE OR REPLACE FUNCTION api.scheduled_task_claim(p_name text, p_every_seconds numeric,
                                                    p_lease_seconds numeric) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_latest timestamptz := v_now + make_interval(
        secs => greatest(p_every_seconds, p_lease_seconds)::double precision);
BEGIN
    -- Later than anybody can have meant: it used to be done more seldom, or the clock was wrong.
    UPDATE payments.scheduled_tasks AS c
       SET due_at = v_now + make_interval(secs => p_lease_seconds::double precision)
     WHERE c.name = p_name AND (c.due_at <= v_now OR c.due_at > v_latest);
    IF FOUND THEN
        RETURN true;
    END IF;
    INSERT INTO payments.scheduled_tasks (name, due_at)
    VALUES (p_name, v_now + make_interval(secs => p_every_seconds::double precision))
    ON CONFLICT (name) DO NOTHING;
    RETURN false;
END
$$;
COMMENT ON FUNCTION api.scheduled_task_claim(text, numeric, numeric) IS
    'Whether this worker is to do a task now; nobody else gets it before p_lease_seconds are over '
    'or scheduled_task_done was called. A task that is new is due after p_every_seconds for the '
    'first time.';
