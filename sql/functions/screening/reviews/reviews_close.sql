-- owner: payments_owner
CREATE OR REPLACE FUNCTION payments.reviews_close() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
BEGIN
    UPDATE payments.reviews AS r
       SET status = 'canceled', decided_by = 'payment ' || NEW.status, decided_at = NEW.updated_at,
           updated_at = NEW.updated_at
     WHERE r.tenant_id = NEW.tenant_id AND r.payment_id = NEW.id AND r.status = 'open';
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.reviews_close() IS
    'Ends the open reviews of a payment that ended without being paid: nothing is left to decide.';
CREATE OR REPLACE TRIGGER reviews_close AFTER UPDATE OF status ON payments.payment_transactions
    FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('canceled', 'failed'))
    EXECUTE FUNCTION payments.reviews_close();
CREATE OR REPLACE TRIGGER state_guard BEFORE UPDATE OF status ON payments.reviews
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments.state_guard('review');
