-- transactional: false
-- depends: 008_add_refund_batches
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_troubled; DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_troubled;
