-- owner: payments_system
CREATE OR REPLACE FUNCTION api.discrepancy_totals()
    RETURNS TABLE (class text, currency text, items bigint, unexplained bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT d.class, d.currency, count(*), sum(abs(d.unexplained))::bigint
      FROM payments.discrepancies AS d WHERE d.state = 'open' GROUP BY d.class, d.currency
     UNION ALL
    SELECT u.class, NULL, count(*), 0 FROM payments.unowned_objects AS u WHERE u.state = 'open'
     GROUP BY u.class
$$;
COMMENT ON FUNCTION api.discrepancy_totals() IS
    'How many items are open per class and currency, and the sum of their unexplained amounts '
    '(minor units, each without its sign), for the metrics.';
