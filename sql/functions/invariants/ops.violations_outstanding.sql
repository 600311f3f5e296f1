CREATE OR REPLACE FUNCTION ops.violations_outstanding(p_tenant_id uuid)
RETURNS TABLE (invariant text, payment_id uuid, object_type text, object_id text, detail text,
               found_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT f.invariant, f.payment_id, f.object_type, f.object_id, f.detail, f.found_at
      FROM payments.violations_found AS f WHERE f.tenant_id = p_tenant_id
     ORDER BY f.found_at, f.invariant, f.object_id;
END
$$;
COMMENT ON FUNCTION ops.violations_outstanding(uuid) IS
    'Breaches of money invariants that the worker''s continuous check has found and that are still '
    'there. Raises PY070. Example: SELECT * FROM ops.violations_outstanding(''…'');';
