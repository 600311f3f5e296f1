-- An inquiry does not decide anything: only a chargeback, open or over, does.
CREATE OR REPLACE FUNCTION payments.reviews_close_disputed(
    p_tenant_id uuid, p_payment_id uuid, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF NOT payments.payment_disputed(p_tenant_id, p_payment_id) THEN
        RETURN 0;
    END IF;
    UPDATE payments.reviews AS r
       SET status = 'canceled', decided_by = 'dispute', decided_at = p_now, updated_at = p_now
     WHERE r.tenant_id = p_tenant_id AND r.payment_id = p_payment_id AND r.kind = 'fraud'
       AND r.status = 'open';
    RETURN CASE WHEN FOUND THEN payments.reviews_enforce(p_tenant_id, p_payment_id, p_now)
                ELSE 0 END;
END
$$;
COMMENT ON FUNCTION payments.reviews_close_disputed(uuid, uuid, timestamptz) IS
    'Ends the open fraud reviews of a locked payment that is disputed: from then on the bank '
    'decides, and the dispute holds the money. Returns how many operations became due.';
