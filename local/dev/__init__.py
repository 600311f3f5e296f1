"""`payment-service dev`: the whole stack on this machine, with reload. Never in production."""

from local.dev.command import register

__all__ = ["register"]
