-- owner: payments_owner
-- A payment ends without a capture in several places; what was to be held of it ends here,
-- whichever it was.
CREATE OR REPLACE FUNCTION payments.escrow_void() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
DECLARE
    v_escrow_id uuid;
BEGIN
    UPDATE payments.escrows AS e SET status = 'canceled', updated_at = NEW.updated_at
     WHERE e.tenant_id = NEW.tenant_id AND e.payment_id = NEW.id AND e.status = 'pending'
    RETURNING e.id INTO v_escrow_id;
    IF FOUND THEN
        PERFORM payments.escrow_note(NEW.tenant_id, v_escrow_id, 'canceled', NULL,
            'payment ' || NEW.status, 'payment', NEW.status, NEW.updated_at);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.escrow_void() IS
    'Cancels the hold that was asked for of a payment that came to nothing.';
CREATE OR REPLACE TRIGGER escrow_void AFTER UPDATE OF status ON payments.payment_transactions
    FOR EACH ROW WHEN (NEW.status IN ('canceled', 'failed', 'blocked'))
    EXECUTE FUNCTION payments.escrow_void();
