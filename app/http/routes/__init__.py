"""A module for each resource: what it declares in ENDPOINTS is served, described and tested."""

from importlib import import_module
from pkgutil import iter_modules

from app.http.endpoint import Endpoint

RESOURCES = tuple(
    module
    for module in (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    if hasattr(module, "ENDPOINTS")
)
ENDPOINTS: tuple[Endpoint, ...] = tuple(one for module in RESOURCES for one in module.ENDPOINTS)
SCOPES = " ".join(sorted({endpoint.scope for endpoint in ENDPOINTS}))
"""Everything that a token can allow, as its claim says it."""
