-- transactional: false
-- A payee's balance transactions name the reversal that took money back by Stripe's id.
-- depends: 015_add_retention_index
DROP INDEX CONCURRENTLY IF EXISTS payments.transfer_reversals_by_stripe_id; CREATE INDEX CONCURRENTLY transfer_reversals_by_stripe_id ON payments.transfer_reversals (tenant_id, stripe_reversal_id) WHERE stripe_reversal_id IS NOT NULL;
