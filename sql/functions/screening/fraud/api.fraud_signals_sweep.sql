-- What a rule in force can still count stays; a check keeps what it measured, so that it is
-- replayed without them.
CREATE OR REPLACE FUNCTION api.fraud_signals_sweep(p_tenant_id uuid, p_limit integer)
    RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    -- A rule that is made tomorrow finds a month to look back on.
    c_least CONSTANT interval := '30 days';
    v_before timestamptz;
    v_swept integer;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT payments.clock() - greatest(c_least, make_interval(
               secs => max((r #>> '{parameters,seconds}')::double precision))) INTO v_before
      FROM jsonb_array_elements(payments.fraud_ruleset(p_tenant_id) -> 'rules') AS r
     WHERE r ->> 'kind' = 'velocity';
    WITH old AS MATERIALIZED (
        SELECT s.event, s.signal, s.value, s.seen_at, s.source_id FROM payments.fraud_signals AS s
         WHERE s.tenant_id = p_tenant_id AND s.seen_at <= v_before
         ORDER BY s.seen_at
         LIMIT p_limit
    )
    DELETE FROM payments.fraud_signals AS gone
     USING old
     WHERE gone.tenant_id = p_tenant_id AND gone.event = old.event AND gone.signal = old.signal
       AND gone.value = old.value AND gone.seen_at = old.seen_at
       AND gone.source_id = old.source_id;
    GET DIAGNOSTICS v_swept = ROW_COUNT;
    RETURN v_swept;
END
$$;
COMMENT ON FUNCTION api.fraud_signals_sweep(uuid, integer) IS
    'Forgets up to p_limit of a tenant''s fraud signals (customers, cards, devices, addresses, '
    'mail domains) that are older than 30 days and than the longest window of its rules; returns '
    'how many.';
