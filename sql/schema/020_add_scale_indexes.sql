-- transactional: false
-- What people ask for among millions of rows: events that were not applied, operations that stand, what was done to one object.
-- depends: 019_add_aml
DROP INDEX CONCURRENTLY IF EXISTS payments.webhook_inbox_unapplied; CREATE INDEX CONCURRENTLY webhook_inbox_unapplied ON payments.webhook_inbox (tenant_id, received_at) WHERE state IN ('waiting', 'quarantined', 'dead');
DROP INDEX CONCURRENTLY IF EXISTS payments.stripe_operations_standing; CREATE INDEX CONCURRENTLY stripe_operations_standing ON payments.stripe_operations (tenant_id, created_at) WHERE state IN ('failed', 'dead') OR holds <> '{}';
DROP INDEX CONCURRENTLY IF EXISTS payments.audit_log_by_object; CREATE INDEX CONCURRENTLY audit_log_by_object ON payments.audit_log (tenant_id, object_id, recorded_xid) WHERE object_id IS NOT NULL;
