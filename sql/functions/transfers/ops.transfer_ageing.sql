CREATE OR REPLACE FUNCTION ops.transfer_ageing(p_tenant_id uuid)
RETURNS TABLE (age text, status text, recipient_type text, currency text, transfers bigint,
               amount numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT a.bucket, t.status, t.recipient_type, t.currency, count(*), sum(t.amount)
      FROM payments.stripe_transfers AS t
     CROSS JOIN LATERAL (SELECT payments.age_bucket(v_now - t.created_at) AS bucket) AS a
     WHERE t.tenant_id = p_tenant_id AND t.status IN ('pending', 'blocked', 'failed')
     GROUP BY a.bucket, t.status, t.recipient_type, t.currency
     ORDER BY a.bucket, t.status, t.recipient_type, t.currency;
END
$$;
COMMENT ON FUNCTION ops.transfer_ageing(uuid) IS
    'Transfers that have not reached their payee, by age, status and kind of payee, in minor '
    'units. Raises PY070. Example: SELECT * FROM ops.transfer_ageing(''…'');';
