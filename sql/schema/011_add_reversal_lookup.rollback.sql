-- transactional: false
-- depends: 010_add_reconciliation
DROP INDEX CONCURRENTLY IF EXISTS payments.transfer_reversals_by_stripe_id; DROP INDEX CONCURRENTLY IF EXISTS payments.transfer_reversals_by_stripe_id;
