-- owner: payments_owner
CREATE OR REPLACE FUNCTION payments.reversal_totals() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
DECLARE
    v_open bigint := CASE WHEN NEW.status IN ('waiting', 'pending') THEN NEW.amount ELSE 0 END
                   - CASE WHEN TG_OP = 'UPDATE' AND OLD.status IN ('waiting', 'pending')
                          THEN OLD.amount ELSE 0 END;
    v_done bigint := CASE WHEN NEW.status = 'succeeded' THEN NEW.amount ELSE 0 END
                   - CASE WHEN TG_OP = 'UPDATE' AND OLD.status = 'succeeded'
                          THEN OLD.amount ELSE 0 END;
BEGIN
    UPDATE payments.stripe_transfers AS t
       SET amount_reversal_pending = t.amount_reversal_pending + v_open,
           amount_reversed = t.amount_reversed + v_done,
           status = CASE WHEN v_done = 0 THEN t.status
                         WHEN t.amount_reversed + v_done = t.amount THEN 'reversed'
                         ELSE 'partially_reversed' END,
           updated_at = greatest(t.updated_at, NEW.updated_at)
     WHERE t.tenant_id = NEW.tenant_id AND t.id = NEW.transfer_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.reversal_totals() IS
    'Adds a reversal to its transfer''s sums and status. Raises check_violation when more than the '
    'transfer would be reversed.';
CREATE OR REPLACE TRIGGER reversal_totals
    AFTER INSERT OR UPDATE OF status, amount ON payments.transfer_reversals
    FOR EACH ROW EXECUTE FUNCTION payments.reversal_totals();
CREATE OR REPLACE TRIGGER state_guard BEFORE UPDATE OF status ON payments.transfer_reversals
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments.state_guard('reversal');
