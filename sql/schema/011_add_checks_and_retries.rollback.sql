DROP INDEX payments.receivable_nettings_by_payment, payments.receivables_retried, payments.receivables_by_payment, payments.payment_refunds_waiting;
ALTER TABLE payments.payment_refunds DROP COLUMN pending_reason;
ALTER TABLE payments.payment_intents DROP COLUMN cancel_reason;
DELETE FROM payments.state_transitions WHERE machine = 'reversal' AND to_state = 'canceled';
COMMENT ON COLUMN payments.transfer_reversals.status IS 'waiting: its transfer is still on its way. pending: asked for. succeeded. failed: not covered, see shortfall.';
COMMENT ON COLUMN payments.transfer_reversals.cause_id IS 'The refund or dispute.';
COMMENT ON COLUMN payments.transfer_reversals.cause_type IS 'refund or dispute.';
ALTER TABLE payments.transfer_reversals DROP CONSTRAINT reversal_cause_known;
ALTER TABLE payments.transfer_reversals ADD CONSTRAINT reversal_cause_known CHECK (cause_type IN ('refund', 'dispute'));
ALTER TABLE payments.transfer_reversals DROP CONSTRAINT reversal_status_known;
ALTER TABLE payments.transfer_reversals ADD CONSTRAINT reversal_status_known
    CHECK (status IN ('waiting', 'pending', 'succeeded', 'failed'));
ALTER TABLE payments.receivables DROP CONSTRAINT receivable_collected_within_amount;
ALTER TABLE payments.receivables DROP COLUMN next_retry_at, DROP COLUMN retries, DROP COLUMN amount_reversed, DROP COLUMN amount_reversing;
DROP TABLE payments.violations_found, payments.violation_checks, payments.payment_marks;
