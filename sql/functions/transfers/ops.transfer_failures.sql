CREATE OR REPLACE FUNCTION ops.transfer_failures(
    p_tenant_id uuid, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL
) RETURNS TABLE (recipient_type text, currency text, transfers bigint, paid bigint, waiting bigint,
                 failed bigint, failed_basis_points bigint, attempts_failed bigint,
                 most_frequent_error text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_period CONSTANT tstzrange := payments.report_period(p_from, p_to);
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT t.recipient_type, t.currency, count(*),
           count(*) FILTER (WHERE t.status IN ('paid', 'partially_reversed', 'reversed')),
           count(*) FILTER (WHERE t.status IN ('pending', 'blocked')),
           count(*) FILTER (WHERE t.status = 'failed'),
           count(*) FILTER (WHERE t.status = 'failed') * 10000 / count(*),
           coalesce(sum(o.failures), 0)::bigint,
           mode() WITHIN GROUP (ORDER BY o.last_error_code)
      FROM payments.stripe_transfers AS t
      LEFT JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id
       AND o.subject_id = t.id AND o.kind = 'transfer'
     WHERE t.tenant_id = p_tenant_id AND t.created_at >= lower(v_period)
       AND t.created_at < upper(v_period) AND t.status <> 'canceled'
     GROUP BY t.recipient_type, t.currency ORDER BY t.recipient_type, t.currency;
END
$$;
COMMENT ON FUNCTION ops.transfer_failures(uuid, timestamptz, timestamptz) IS
    'Of the transfers planned in a period and not called off since: how many were paid, wait, or '
    'failed for good (and that rate in basis points), how many attempts failed on the way, and '
    'with which code most often. Default: the last 30 days. Raises PY020, PY070. Example: SELECT * '
    'FROM ops.transfer_failures(''…'');';
