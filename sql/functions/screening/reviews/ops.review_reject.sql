CREATE OR REPLACE FUNCTION ops.review_reject(p_tenant_id uuid, p_review_id uuid, p_note text)
    RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.audit_act(p_tenant_id, 'review_reject', p_review_id::text);
    RETURN payments.review_settle(p_tenant_id, p_review_id, 'rejected', session_user, p_note,
                                  payments.clock());
END
$$;
COMMENT ON FUNCTION ops.review_reject(uuid, uuid, text) IS
    'Turns a payment back: canceled, or refunded in full when it was captured; to a rejected payee '
    'nothing is transferred. Returns how many operations became due. Raises PY010, PY030 (decided '
    'before), PY052 (disputed), PY070. Example: SELECT ops.review_reject(''…'', ''…'', ''stolen '
    'card'');';
