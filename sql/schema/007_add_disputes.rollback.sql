DROP TABLE payments.early_fraud_warnings, payments.disputes;
