DROP TABLE payments.clawback_snapshots, payments.distributions;
