"""A stateful Stripe Connect with faults on demand, for tests and demonstrations."""
