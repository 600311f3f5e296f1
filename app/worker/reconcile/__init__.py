"""Reconciliation: Stripe's lists against our rows."""
