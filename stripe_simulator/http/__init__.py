"""The wire: forms in, JSON out, webhooks delivered."""
