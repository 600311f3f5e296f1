-- transactional: false
-- depends: 014_add_internal_requests
DROP INDEX CONCURRENTLY IF EXISTS payments.idempotency_keys_by_created; DROP INDEX CONCURRENTLY IF EXISTS payments.idempotency_keys_by_created;
