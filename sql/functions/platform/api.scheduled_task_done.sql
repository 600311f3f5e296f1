-- owner: payments_system
CREATE OR REPLACE FUNCTION api.scheduled_task_done(p_name text, p_every_seconds numeric)
    RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    UPDATE payments.scheduled_tasks AS c
       SET due_at = payments.clock() + make_interval(secs => p_every_seconds::double precision)
     WHERE c.name = p_name
$$;
COMMENT ON FUNCTION api.scheduled_task_done(text, numeric) IS
    'A task is done and due again after p_every_seconds.';
