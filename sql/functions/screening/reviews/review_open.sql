CREATE OR REPLACE FUNCTION payments.review_open(
    p_tenant_id uuid, p_source text, p_source_id text, p_subject_id uuid, p_score integer,
    p_reasons text[], p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    -- Whom a source speaks of: these of a payee, every other one of a payment.
    v_account_id CONSTANT uuid := CASE WHEN p_source IN ('sanctions', 'operator')
                                       THEN p_subject_id END;
    v_payment_id CONSTANT uuid := CASE WHEN v_account_id IS NULL THEN p_subject_id END;
BEGIN
    -- Whoever plans transfers holds a weaker lock on the same row: what is planned before is held
    -- below, what comes after sees the review.
    IF v_payment_id IS NOT NULL THEN
        PERFORM payments.payment_lock(p_tenant_id, v_payment_id);
    ELSE
        PERFORM FROM payments.connected_accounts AS a
          WHERE a.tenant_id = p_tenant_id AND a.id = v_account_id FOR UPDATE;
    END IF;
    INSERT INTO payments.reviews
        (tenant_id, id, kind, source, source_id, payment_id, connected_account_id, score, reasons,
         status, created_at, updated_at)
    VALUES (p_tenant_id, payments.id_derive(p_tenant_id, 'review', p_source, p_source_id),
            CASE WHEN p_source IN ('sanctions', 'amounts') THEN 'aml' ELSE 'fraud' END,
            p_source, p_source_id, v_payment_id, v_account_id, p_score, p_reasons, 'open',
            p_now, p_now)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        PERFORM payments.transfers_hold(
            p_tenant_id, v_payment_id, v_account_id,
            CASE WHEN v_payment_id IS NULL THEN 'payee_review' ELSE 'review' END, true, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.review_open(uuid, text, text, uuid, integer, text[], timestamptz) IS
    'Opens the review that a check, a screening, Stripe or an operator asks for, about a payment '
    'or a payee, and holds what was not sent yet; once for each source. Raises PY010.';
