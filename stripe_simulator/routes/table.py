"""All endpoints, and finding the one a request means."""

from __future__ import annotations

from stripe_simulator.routes import (
    accounts,
    balances,
    charges,
    customers,
    disputes,
    events,
    payment_intents,
    payouts,
    radar,
    refunds,
    transfers,
    webhook_endpoints,
)
from stripe_simulator.routes.base import Route

MODULES = (
    accounts,
    balances,
    charges,
    customers,
    disputes,
    events,
    payment_intents,
    payouts,
    radar,
    refunds,
    transfers,
    webhook_endpoints,
)
ROUTES: tuple[Route, ...] = tuple(route for module in MODULES for route in module.ROUTES)


class Router:
    """A tree of path segments; `{}` matches any one segment."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        """Sort the endpoints into the tree."""
        self._fixed: dict[tuple[str, str], Route] = {}
        self._by_length: dict[tuple[str, int], list[tuple[list[str], Route]]] = {}
        for route in routes:
            if "{}" not in route.path:
                self._fixed[route.method, route.path] = route
            parts = route.path.split("/")
            self._by_length.setdefault((route.method, len(parts)), []).append((parts, route))

    def find(self, method: str, path: str) -> tuple[Route, list[str]] | None:
        """Return the endpoint and the ids in the path; a trailing slash means the list."""
        path = path.rstrip("/")
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return fixed, []
        parts = path.split("/")
        for pattern, route in self._by_length.get((method, len(parts)), ()):
            if all(want in ("{}", got) for want, got in zip(pattern, parts, strict=True)):
                ids = [got for want, got in zip(pattern, parts, strict=True) if want == "{}"]
                return route, ids
        return None
