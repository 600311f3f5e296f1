"""Calls to Stripe: the gateway, its rate, and how a request carries its own."""
