-- transactional: false
-- depends: 013_add_report_indexes
DROP INDEX CONCURRENTLY IF EXISTS payments.transfer_reversals_by_stripe_id; DROP INDEX CONCURRENTLY IF EXISTS payments.transfer_reversals_by_stripe_id;
