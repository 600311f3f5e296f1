"""Bearer tokens for the local stack."""

import time
from uuid import UUID

import jwt

from app.http.auth.tokens import SHARED
from app.http.routes import SCOPES


def mint(secret: str, tenant: UUID, subject: str, ttl_seconds: int) -> str:
    """Return a token that speaks for a tenant with every scope."""
    now = int(time.time())
    claims = {
        "sub": subject,
        "tenant_id": str(tenant),
        "scope": SCOPES,
        "iat": now,
        "exp": now + ttl_seconds,
    }
    return jwt.encode(claims, secret, SHARED)
