DROP TABLE payments.unowned_objects, payments.discrepancies, payments.reconciliation_totals,
    payments.reconciliation_sightings,
    payments.reconciliation_runs, payments.missed_event_cursors;
