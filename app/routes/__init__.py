"""One module per resource; each lists its endpoints."""

from app.endpoint import Endpoint
from app.routes import accounts, payments, transfers

ENDPOINTS: tuple[Endpoint, ...] = (
    *payments.ENDPOINTS,
    *accounts.ENDPOINTS,
    *transfers.ENDPOINTS,
)
