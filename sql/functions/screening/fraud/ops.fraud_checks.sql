CREATE OR REPLACE FUNCTION ops.fraud_checks(p_tenant_id uuid, p_payment_id uuid)
RETURNS TABLE (check_id uuid, phase text, decision text, score integer, reasons text[],
               rules_version integer, inputs jsonb, facts jsonb, checked_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT c.id, c.phase, c.decision, c.score, c.reasons, c.rules_version, c.inputs, c.facts,
           c.checked_at
      FROM payments.fraud_checks AS c
     WHERE c.tenant_id = p_tenant_id AND c.payment_id = p_payment_id
     ORDER BY c.checked_at, c.phase DESC;
END
$$;
COMMENT ON FUNCTION ops.fraud_checks(uuid, uuid) IS
    'What was decided about a payment and why: what was known, and what each rule measured. Raises '
    'PY070. Example: SELECT * FROM ops.fraud_checks(''…'', ''…'');';
