CREATE OR REPLACE FUNCTION ops.aml_screenings(p_tenant_id uuid, p_subject_id uuid)
RETURNS TABLE (screening_id uuid, kind text, decision text, score integer, reasons text[],
               list_versions uuid[], settings_version integer, inputs jsonb, findings jsonb,
               screened_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT s.id, s.kind, s.decision, s.score, s.reasons, s.list_versions, s.settings_version,
           s.inputs, s.findings, s.screened_at
      FROM payments.aml_screenings AS s
     WHERE s.tenant_id = p_tenant_id
       AND (s.payment_id = p_subject_id OR s.connected_account_id = p_subject_id)
     ORDER BY s.screened_at DESC, s.id;
END
$$;
COMMENT ON FUNCTION ops.aml_screenings(uuid, uuid) IS
    'How a payment or a payee was screened, newest first, with what was found; sums in minor '
    'units. Raises PY070. Example: SELECT * FROM ops.aml_screenings(''…'', ''…'');';
