"""`payment-service token`: bearer tokens for development and tests."""

import time
from typing import Annotated, Any
from uuid import UUID

import jwt
import typer

from app.commands.shared import settings
from app.config import SettingsError
from app.http.auth.tokens import SHARED
from app.http.routes import SCOPES

DEFAULT_TTL_SECONDS = 3600


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(token)


def token(
    tenant: Annotated[UUID, typer.Option(help="The tenant it speaks for.")],
    subject: Annotated[str, typer.Option(help="Who it speaks for.")] = "developer",
    scope: Annotated[str, typer.Option(help="Space separated.")] = SCOPES,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds.")] = DEFAULT_TTL_SECONDS,
) -> None:
    """Print a bearer token. Development and test only."""
    loaded = settings()
    if loaded.app_env == "production" or loaded.jwt_secret is None:
        raise SettingsError(["APP_ENV: tokens are made in development and test only"])
    now = int(time.time())
    claims: dict[str, Any] = {
        "sub": subject,
        "tenant_id": str(tenant),
        "scope": scope,
        "iat": now,
        "exp": now + ttl,
    }
    claims |= {"iss": loaded.jwt_issuer} if loaded.jwt_issuer else {}
    claims |= {"aud": loaded.jwt_audience} if loaded.jwt_audience else {}
    typer.echo(jwt.encode(claims, loaded.jwt_secret.get_secret_value(), SHARED))
