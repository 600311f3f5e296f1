-- transactional: false
-- What on-call looks for is a handful of rows among millions.
-- depends: 008_add_refund_batches
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_troubled; CREATE INDEX CONCURRENTLY stripe_operations_troubled ON payments.stripe_operations (tenant_id, state) WHERE state IN ('unknown', 'dead');
