DROP VIEW payments.pending_transfers;
DELETE FROM payments.state_transitions WHERE machine = 'transfer';
ALTER TABLE payments.payment_splits DROP CONSTRAINT split_account_exists;
DROP TABLE payments.payouts, payments.stripe_transfers, payments.connected_accounts;
