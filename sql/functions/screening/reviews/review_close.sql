CREATE OR REPLACE FUNCTION payments.review_close(
    p_tenant_id uuid, p_review_id uuid, p_status text, p_subject text, p_note text,
    p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_review payments.reviews;
BEGIN
    SELECT r.* INTO v_review FROM payments.reviews AS r
     WHERE r.tenant_id = p_tenant_id AND r.id = p_review_id FOR NO KEY UPDATE;
    IF v_review.status IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION 'the review was % already', coalesce(v_review.status, 'closed')
            USING ERRCODE = 'PY030';
    END IF;
    UPDATE payments.reviews AS r
       SET status = p_status, decided_by = p_subject, note = p_note, decided_at = p_now,
           updated_at = p_now
     WHERE r.tenant_id = p_tenant_id AND r.id = p_review_id;
    -- A payment that goes back needs no further opinion.
    IF p_status = 'rejected' THEN
        UPDATE payments.reviews AS r
           SET status = 'canceled', decided_by = p_subject, decided_at = p_now, updated_at = p_now
         WHERE r.tenant_id = p_tenant_id AND r.payment_id = v_review.payment_id
           AND r.status = 'open';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.review_close(uuid, uuid, text, text, text, timestamptz) IS
    'Ends an open review whose payment or payee is locked; a rejection ends the payment''s other '
    'ones with it. Raises PY030 (not open).';
