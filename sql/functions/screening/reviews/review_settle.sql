CREATE OR REPLACE FUNCTION payments.review_settle(
    p_tenant_id uuid, p_review_id uuid, p_decision text, p_subject text, p_note text,
    p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_review payments.reviews;
BEGIN
    SELECT r.* INTO v_review FROM payments.reviews AS r
     WHERE r.tenant_id = p_tenant_id AND r.id = p_review_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such review' USING ERRCODE = 'PY010';
    END IF;
    IF v_review.payment_id IS NULL THEN
        PERFORM FROM payments.connected_accounts AS a
          WHERE a.tenant_id = p_tenant_id AND a.id = v_review.connected_account_id FOR UPDATE;
        PERFORM payments.review_close(p_tenant_id, p_review_id, p_decision, p_subject, p_note,
                                      p_now);
        IF payments.account_reviewed(p_tenant_id, v_review.connected_account_id) THEN
            RETURN 0;
        END IF;
        RETURN payments.transfers_hold(p_tenant_id, NULL, v_review.connected_account_id,
                                       'payee_review', false, p_now);
    END IF;
    PERFORM payments.payment_lock(p_tenant_id, v_review.payment_id);
    PERFORM payments.review_close(p_tenant_id, p_review_id, p_decision, p_subject, p_note, p_now);
    IF p_decision = 'rejected' AND payments.payment_frozen(p_tenant_id, v_review.payment_id) THEN
        RAISE EXCEPTION 'a dispute is open: the bank decides about this money'
            USING ERRCODE = 'PY052';
    END IF;
    RETURN payments.reviews_enforce(p_tenant_id, v_review.payment_id, p_now);
END
$$;
COMMENT ON FUNCTION payments.review_settle(uuid, uuid, text, text, text, timestamptz) IS
    'Carries a person''s decision out: approved or rejected. Returns how many operations became '
    'due. Raises PY010, PY030 (decided before), PY052 (rejected while disputed).';
