DELETE FROM payments.state_transitions WHERE machine IN ('refund', 'reversal');
DROP TABLE payments.receivable_nettings, payments.receivables, payments.transfer_reversals;
ALTER TABLE payments.stripe_transfers DROP CONSTRAINT transfer_reversals_within_amount, DROP COLUMN amount_reversal_pending;
ALTER TABLE payments.stripe_transfers ALTER COLUMN source_transaction SET NOT NULL;
DROP TABLE payments.giveback_shares, payments.payment_refunds, payments.refund_policies;
