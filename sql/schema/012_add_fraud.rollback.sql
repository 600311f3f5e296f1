DELETE FROM payments.state_transitions WHERE machine = 'review';
DROP TABLE payments.reviews, payments.fraud_checks, payments.fraud_signals, payments.fraud_list_entries, payments.fraud_rules;
DROP TABLE payments.fraud_rulesets;
