"""A stateful Stripe Connect with faults on demand, for tests and demonstrations."""

__version__ = "0.1.0"
