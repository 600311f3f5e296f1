"""`payment-service demo`: the whole story, played over HTTP on a stack of its own."""

from local.demo.command import register

__all__ = ["register"]
