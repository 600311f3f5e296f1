-- owner: payments_owner
-- Settlement and payout post, and ledger_postings knows their transaction already: no trigger fires
-- there. Here is what can change without a posting. Nothing is locked and nothing is hot: each
-- transaction inserts rows of its own.
CREATE OR REPLACE FUNCTION payments.payment_mark() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment_id uuid;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'payment_transactions' THEN
            v_payment_id := NEW.id;
        WHEN 'stripe_operation_attempts' THEN
            SELECT o.payment_id INTO v_payment_id FROM payments.stripe_operations AS o
             WHERE o.tenant_id = NEW.tenant_id AND o.id = NEW.operation_id;
        ELSE
            v_payment_id := NEW.payment_id;
    END CASE;
    -- Without its tenant entered it is the owner's repair by hand: that is for the full report to
    -- look at.
    IF v_payment_id IS NOT NULL
        AND NEW.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid THEN
        INSERT INTO payments.payment_marks (tenant_id, payment_id)
        VALUES (NEW.tenant_id, v_payment_id) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.payment_mark() IS
    'Notes that a payment changed, for violations_check.';
CREATE OR REPLACE TRIGGER payment_mark AFTER UPDATE OF status ON payments.payment_transactions
    FOR EACH ROW
        WHEN (NEW.status IN ('canceled', 'failed',
                             'blocked')) EXECUTE FUNCTION payments.payment_mark();
CREATE OR REPLACE TRIGGER payment_mark AFTER UPDATE OF status ON payments.stripe_transfers
    FOR EACH ROW
        WHEN (NEW.status IN ('blocked', 'failed',
                             'canceled')) EXECUTE FUNCTION payments.payment_mark();
CREATE OR REPLACE TRIGGER payment_mark AFTER INSERT ON payments.stripe_operation_attempts
    FOR EACH ROW WHEN (NOT NEW.applied
                       OR NEW.outcome = 'failed') EXECUTE FUNCTION payments.payment_mark();
CREATE OR REPLACE TRIGGER payment_mark AFTER INSERT OR UPDATE ON payments.payment_refunds
    FOR EACH ROW EXECUTE FUNCTION payments.payment_mark();
CREATE OR REPLACE TRIGGER payment_mark AFTER INSERT OR UPDATE ON payments.transfer_reversals
    FOR EACH ROW EXECUTE FUNCTION payments.payment_mark();
CREATE OR REPLACE TRIGGER payment_mark AFTER INSERT OR UPDATE ON payments.receivables
    FOR EACH ROW EXECUTE FUNCTION payments.payment_mark();
CREATE OR REPLACE TRIGGER payment_mark AFTER INSERT OR UPDATE ON payments.disputes
    FOR EACH ROW EXECUTE FUNCTION payments.payment_mark();
CREATE OR REPLACE TRIGGER payment_mark AFTER UPDATE ON payments.escrows
    FOR EACH ROW EXECUTE FUNCTION payments.payment_mark();
