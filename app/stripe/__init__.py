"""Calls to Stripe: the gateway, its rate."""
