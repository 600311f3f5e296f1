"""The HTTP API and Stripe's webhooks."""
