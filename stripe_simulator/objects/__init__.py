"""Stripe's objects: one module each, a compact record and how it is shown."""
