-- transactional: false
-- depends: 019_add_aml
DROP INDEX CONCURRENTLY IF EXISTS payments.audit_log_by_object; DROP INDEX CONCURRENTLY IF EXISTS payments.audit_log_by_object;
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_standing; DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_standing;
DROP INDEX CONCURRENTLY IF EXISTS payments.webhook_inbox_unapplied; DROP INDEX CONCURRENTLY IF EXISTS payments.webhook_inbox_unapplied;
