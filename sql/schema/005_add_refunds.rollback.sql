DELETE FROM payments.state_transitions WHERE machine IN ('refund', 'reversal');
DROP TABLE payments.receivable_nettings, payments.receivables, payments.transfer_reversals;
DROP TABLE payments.clawback_shares, payments.payment_refunds, payments.refund_policies;
