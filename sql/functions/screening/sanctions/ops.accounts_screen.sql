CREATE OR REPLACE FUNCTION ops.accounts_screen(p_tenant_id uuid)
    RETURNS TABLE (decision text, accounts bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.audit_act(p_tenant_id, 'accounts_screen', 'payees');
    RETURN QUERY
    SELECT screened.decision, count(*)
      FROM (SELECT a.id, a.business_name,
                   (SELECT s.inputs ->> 'transliterated' FROM payments.aml_screenings AS s
                     WHERE s.tenant_id = p_tenant_id AND s.connected_account_id = a.id
                       AND s.inputs ->> 'name' = a.business_name
                     ORDER BY s.screened_at DESC LIMIT 1) AS transliterated
              FROM payments.connected_accounts AS a
             WHERE a.tenant_id = p_tenant_id AND a.business_name IS NOT NULL
               AND a.status <> 'failed' ORDER BY a.id) AS payee
     CROSS JOIN LATERAL payments.account_screen(
                            p_tenant_id, payee.id, payee.business_name, payee.transliterated,
                            payments.clock()) AS screened (decision)
     GROUP BY screened.decision ORDER BY screened.decision;
END
$$;
COMMENT ON FUNCTION ops.accounts_screen(uuid) IS
    'Screens all payees with a name against the lists in force, as an import does, and returns how '
    'many came out how; what a person decided before is not asked again. Raises PY070. Example: '
    'SELECT * FROM ops.accounts_screen(''…'');';
