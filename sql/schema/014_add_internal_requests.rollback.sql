DROP TABLE payments.borne_shares, payments.distributions, payments.request_nonces;
