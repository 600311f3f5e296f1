-- What stripe_event_dispatch takes from each endpoint.
CREATE OR REPLACE FUNCTION api.stripe_event_types() RETURNS TABLE (source text, event_type text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT CASE WHEN t.name LIKE 'payout.%' OR t.name LIKE 'account.%'
        OR t.name LIKE 'capability.%' THEN 'connect' ELSE 'platform' END, t.name
      FROM unnest(payments.stripe_event_types()) AS t (name)
$$;
COMMENT ON FUNCTION api.stripe_event_types() IS
    'The types of events that each of the two webhook endpoints must be sent.';
