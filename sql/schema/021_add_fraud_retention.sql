-- transactional: false
-- Signals are forgotten by age, and their key begins with what they are.
-- depends: 020_add_scale_indexes
DROP INDEX CONCURRENTLY IF EXISTS payments.fraud_signals_by_age; CREATE INDEX CONCURRENTLY fraud_signals_by_age ON payments.fraud_signals (tenant_id, seen_at);
