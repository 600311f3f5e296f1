-- transactional: false
-- Reports read a tenant's period, never a tenant's whole life.
-- depends: 012_add_fraud
DROP INDEX CONCURRENTLY IF EXISTS payments.ledger_postings_by_time; CREATE INDEX CONCURRENTLY ledger_postings_by_time ON payments.ledger_postings (tenant_id, posted_at);
DROP INDEX CONCURRENTLY IF EXISTS payments.payment_events_by_applied; CREATE INDEX CONCURRENTLY payment_events_by_applied ON payments.payment_events (tenant_id, applied_at);
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_transfers_by_created; CREATE INDEX CONCURRENTLY stripe_transfers_by_created ON payments.stripe_transfers (tenant_id, created_at);
