-- owner: payments_owner
-- Keeps the payment's sums whoever writes the refund, and whatever was written into the sums
-- before. The CHECK on the payment makes over-refunding impossible for everybody; what a bank has
-- taken, or may take, is beyond it: a dispute opens whatever was refunded before, so only a new
-- refund is measured against it.
CREATE OR REPLACE FUNCTION payments.refund_totals() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
DECLARE
    v_over boolean;
BEGIN
    IF TG_OP = 'UPDATE'
       AND (OLD.tenant_id, OLD.payment_id) IS DISTINCT FROM (NEW.tenant_id, NEW.payment_id) THEN
        RAISE EXCEPTION 'a refund stays with its payment' USING ERRCODE = 'PY060';
    END IF;
    -- First, so that the sum sees what others have just committed.
    PERFORM FROM payments.payment_transactions AS p
      WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id FOR NO KEY UPDATE;
    UPDATE payments.payment_transactions AS p
       SET amount_refund_pending = s.pending, amount_refunded = s.done,
           updated_at = greatest(p.updated_at, NEW.updated_at)
      FROM (SELECT coalesce(sum(r.amount) FILTER (WHERE r.status = 'pending'), 0) AS pending,
                   coalesce(sum(r.amount) FILTER (WHERE r.status = 'succeeded'), 0) AS done
              FROM payments.payment_refunds AS r
             WHERE r.tenant_id = NEW.tenant_id AND r.payment_id = NEW.payment_id) AS s
     WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id
    RETURNING p.amount_refund_pending + p.amount_refunded + p.amount_disputed > p.amount_captured
      INTO v_over;
    IF TG_OP = 'INSERT' AND NEW.origin <> 'dashboard' AND v_over THEN
        RAISE EXCEPTION 'more than what refunds and disputes have left of the payment'
            USING ERRCODE = 'PY051';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.refund_totals() IS
    'Makes a payment''s sums those of its refunds. Raises check_violation when more than the '
    'capture would be refunded, PY051 when a new refund is more than disputes have left, PY060 '
    'when a refund changes its payment.';
CREATE OR REPLACE TRIGGER refund_totals
    AFTER INSERT OR UPDATE OF status, amount, payment_id, tenant_id ON payments.payment_refunds
    FOR EACH ROW EXECUTE FUNCTION payments.refund_totals();
CREATE OR REPLACE TRIGGER no_delete BEFORE DELETE OR TRUNCATE ON payments.payment_refunds
    FOR EACH STATEMENT EXECUTE FUNCTION payments.append_only_guard();
CREATE OR REPLACE TRIGGER state_guard BEFORE UPDATE OF status ON payments.payment_refunds
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments.state_guard('refund');
