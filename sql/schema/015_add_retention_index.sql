-- transactional: false
-- Client keys past their retention are found by their age.
-- depends: 014_add_internal_requests
DROP INDEX CONCURRENTLY IF EXISTS payments.idempotency_keys_by_created; CREATE INDEX CONCURRENTLY idempotency_keys_by_created ON payments.idempotency_keys (tenant_id, created_at);
