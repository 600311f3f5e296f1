-- owner: payments_owner
-- Keeps the payment's sums whoever writes the refund; the CHECK on the payment makes over-refunding impossible for everybody.
CREATE OR REPLACE FUNCTION payments.refund_totals() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
BEGIN
    UPDATE payments.payment_transactions AS p
       SET amount_refund_pending = p.amount_refund_pending
               + CASE WHEN NEW.status = 'pending' THEN NEW.amount ELSE 0 END
               - CASE WHEN TG_OP = 'UPDATE' AND OLD.status = 'pending' THEN OLD.amount ELSE 0 END,
           amount_refunded = p.amount_refunded
               + CASE WHEN NEW.status = 'succeeded' THEN NEW.amount ELSE 0 END
               - CASE WHEN TG_OP = 'UPDATE' AND OLD.status = 'succeeded' THEN OLD.amount ELSE 0 END,
           updated_at = greatest(p.updated_at, NEW.updated_at)
     WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.refund_totals() IS
    'Adds a refund to its payment''s sums. Raises check_violation when more than the capture would be refunded.';
CREATE OR REPLACE TRIGGER refund_totals AFTER INSERT OR UPDATE OF status, amount ON payments.payment_refunds
    FOR EACH ROW EXECUTE FUNCTION payments.refund_totals();
CREATE OR REPLACE TRIGGER state_guard BEFORE UPDATE OF status ON payments.payment_refunds
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION payments.state_guard('refund');
