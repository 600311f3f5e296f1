-- owner: payments_system
CREATE OR REPLACE FUNCTION api.reconcile_begin(p_origin text, p_since timestamptz,
                                               p_grace_seconds numeric) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_run_id uuid := gen_random_uuid();
    -- Only a run that reaches back to an open item can find that it is gone; one that nobody
    -- explains must not make every run endless.
    v_reach CONSTANT interval := interval '30 days';
    v_since timestamptz;
    v_settled timestamptz := v_now - make_interval(secs => p_grace_seconds::double precision);
BEGIN
    SELECT least(coalesce(p_since, to_timestamp(0)), greatest(min(u.occurred_at), v_now - v_reach))
      INTO v_since
      FROM (SELECT d.occurred_at FROM payments.discrepancies AS d WHERE d.state = 'open'
             UNION ALL
            SELECT o.occurred_at FROM payments.unowned_objects AS o WHERE o.state = 'open') AS u;
    v_since := date_trunc('second', v_since);
    UPDATE payments.reconciliation_runs AS r
       SET state = 'failed', finished_at = v_now, error = 'died'
     WHERE r.state = 'running' AND r.started_at < v_now - interval '1 day';
    INSERT INTO payments.reconciliation_runs (id, origin, state, since, settled_before, started_at)
    VALUES (v_run_id, p_origin, 'running', v_since, v_settled, v_now);
    RETURN jsonb_build_object('id', v_run_id, 'since', v_since, 'sinceEpoch',
                              extract(epoch FROM v_since)::bigint,
                              'settledBefore', v_settled, 'startedAt', v_now);
END
$$;
COMMENT ON FUNCTION api.reconcile_begin(text, timestamptz, numeric) IS
    'Begins a comparison with Stripe and returns it as {id, since, sinceEpoch, settledBefore, '
    'startedAt}; to be handed on as p_run. It looks at what Stripe made since p_since (null: '
    'everything), or since the oldest open item of thirty days, and does not judge what is younger '
    'than p_grace_seconds.';
