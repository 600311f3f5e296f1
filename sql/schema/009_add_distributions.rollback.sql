DROP TABLE payments.borne_shares, payments.distributions;
