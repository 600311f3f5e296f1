-- transactional: false
-- depends: 012_add_fraud
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_transfers_by_created; DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_transfers_by_created;
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_events_by_applied; DROP INDEX CONCURRENTLY IF EXISTS payments.payment_events_by_applied;
DROP INDEX CONCURRENTLY IF EXISTS payments.ledger_postings_by_time; DROP INDEX CONCURRENTLY IF EXISTS payments.ledger_postings_by_time;
