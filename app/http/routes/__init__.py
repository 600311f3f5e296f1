"""One module per resource; each lists its endpoints."""

from app.http.endpoint import Endpoint
from app.http.routes import (
    accounts,
    disputes,
    distributions,
    escrows,
    events,
    payments,
    refunds,
    reviews,
    transfers,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    *payments.ENDPOINTS,
    *refunds.ENDPOINTS,
    *transfers.ENDPOINTS,
    *accounts.ENDPOINTS,
    *escrows.ENDPOINTS,
    *disputes.ENDPOINTS,
    *events.ENDPOINTS,
    *distributions.ENDPOINTS,
    *reviews.ENDPOINTS,
)
