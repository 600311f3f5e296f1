DROP INDEX CONCURRENTLY IF EXISTS payments.fraud_signals_by_age; DROP INDEX CONCURRENTLY IF EXISTS payments.fraud_signals_by_age;
