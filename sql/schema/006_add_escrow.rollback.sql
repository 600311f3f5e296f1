DELETE FROM payments.state_transitions WHERE machine = 'escrow';
DROP TABLE payments.escrow_events, payments.escrow_conditions, payments.escrows;
