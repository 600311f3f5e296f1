-- Roles belong to the cluster and stay.
DROP SCHEMA ops;
DROP SCHEMA api;
DROP TABLE payments.scheduled_tasks, payments.provider_rates, payments.payment_events,
    payments.webhook_inbox, payments.provider_objects,
    payments.request_nonces, payments.idempotency_keys, payments.stripe_operation_attempts,
    payments.stripe_operations,
    payments.ledger_rollups, payments.ledger_balances, payments.ledger_postings,
    payments.ledger_accounts,
    payments.payment_splits, payments.payment_intents, payments.payment_transactions,
    payments.split_rules,
    payments.tenant_members, payments.tenants, payments.state_transitions, payments.currencies,
    payments.deployment;
DROP SCHEMA payments;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_definer GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_system GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
