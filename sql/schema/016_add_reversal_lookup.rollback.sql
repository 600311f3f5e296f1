-- transactional: false
-- depends: 015_add_retention_index
DROP INDEX CONCURRENTLY IF EXISTS payments.transfer_reversals_by_stripe_id; DROP INDEX CONCURRENTLY IF EXISTS payments.transfer_reversals_by_stripe_id;
