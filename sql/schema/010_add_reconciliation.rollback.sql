DELETE FROM payments.state_transitions WHERE machine = 'operation' AND from_state = 'ready' AND to_state = 'unknown';
DROP INDEX payments.payment_refunds_pending;
DROP INDEX payments.stripe_operations_by_created;
DROP TABLE payments.discrepancies, payments.reconciliation_totals, payments.reconciliation_sightings, payments.unowned_objects,
    payments.reconciliation_runs, payments.event_sweeps, payments.chores;
