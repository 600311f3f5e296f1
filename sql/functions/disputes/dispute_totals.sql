-- owner: payments_owner
CREATE OR REPLACE FUNCTION payments.dispute_totals() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
BEGIN
    UPDATE payments.payment_transactions AS p
       SET amount_disputed = (SELECT coalesce(sum(d.amount), 0) FROM payments.disputes AS d
                               WHERE d.tenant_id = NEW.tenant_id AND d.payment_id = NEW.payment_id
                                 AND (payments.dispute_open(d.status) OR d.status = 'lost')),
           updated_at = greatest(p.updated_at, NEW.updated_at)
     WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.dispute_totals() IS
    'Keeps the payment''s sum of open and lost disputes.';
CREATE OR REPLACE TRIGGER dispute_totals AFTER INSERT OR UPDATE OF status, amount
    ON payments.disputes
    FOR EACH ROW EXECUTE FUNCTION payments.dispute_totals();
CREATE OR REPLACE TRIGGER state_guard BEFORE UPDATE OF status ON payments.escrows
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments.state_guard('escrow');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.escrow_events
    FOR EACH STATEMENT EXECUTE FUNCTION payments.append_only_guard();
