CREATE OR REPLACE FUNCTION ops.review_approve(p_tenant_id uuid, p_review_id uuid, p_note text)
    RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.audit_act(p_tenant_id, 'review_approve', p_review_id::text);
    RETURN payments.review_settle(p_tenant_id, p_review_id, 'approved', session_user, p_note,
                                  payments.clock());
END
$$;
COMMENT ON FUNCTION ops.review_approve(uuid, uuid, text) IS
    'Lets a payment or payee go on: an automatic payment is captured, held transfers are sent. '
    'Returns how many operations became due. Raises PY010, PY030 (decided before), PY070. Example: '
    'SELECT ops.review_approve(''…'', ''…'', ''known customer'');';
