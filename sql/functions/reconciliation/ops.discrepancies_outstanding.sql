CREATE OR REPLACE FUNCTION ops.discrepancies_outstanding(p_tenant_id uuid)
RETURNS TABLE (discrepancy_id uuid, class text, provider_account text, object_type text,
               provider_id text, object_id uuid,
               at_provider text, ours text, unexplained bigint, currency text, age interval)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT d.id, d.class, d.provider_account, d.object_type, d.provider_id, d.object_id,
           d.at_provider, d.ours, d.unexplained,
           d.currency, date_trunc('second', v_now - d.opened_at)
      FROM payments.discrepancies AS d
     WHERE d.tenant_id = p_tenant_id AND d.state = 'open'
     ORDER BY d.opened_at, d.id;
END
$$;
COMMENT ON FUNCTION ops.discrepancies_outstanding(uuid) IS
    'What does not agree between Stripe and us, oldest first; unexplained is Stripe''s money minus '
    'ours in minor units. An item closes by itself when a later comparison does not find it any '
    'more. Raises PY070. Example: SELECT * FROM ops.discrepancies_outstanding(''…'');';
