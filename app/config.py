"""Every environment variable of the service, checked before a socket is opened.

A fault is one sentence that starts with the variable's name. Nothing secret has a default.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from app.public_keys import KeySetError, parse_keys

MIN_SECRET_BYTES = 32
"""HS256 needs a key at least as long as its digest (RFC 7518, 3.2)."""

MIN_DISTINCT_CHARS = 8
"""Random text of 32 characters has more; a placeholder like aaaa… or 1212… has fewer."""

MIN_WEBHOOK_SECRET_CHARS = 16
"""Stripe's own are 38; anything below this is a placeholder."""

HMAC_STATES = ("active", "verify-only", "retired")
_HMAC_KEY = re.compile(r"(?P<id>[A-Za-z0-9._-]{1,64})(/(?P<state>[a-z-]+))?:(?P<secret>[^,]*)")

STRIPE_API_BASE = "https://api.stripe.com"

OTLP = "http/protobuf"
OTLP_ENDPOINT = "http://localhost:4318"
"""OpenTelemetry's own defaults."""

KNOWN_PAYMENT_VARIABLES = frozenset({"PAYMENT_FAILPOINTS", "PAYMENT_SOCKETS"})
"""Variables with our prefix that are read elsewhere."""

_WORDS = {
    "missing": "is required",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "decimal_parsing": "must be a number",
    "bool_parsing": "must be true or false",
}


class SettingsError(Exception):
    """The environment cannot be used.

    Attributes:
        faults: one sentence per fault, each starting with the variable's name.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class HmacKey:
    """A key of a calling service.

    Attributes:
        key_id: as signatures name it.
        secret: empty only when retired.
        state: active; verify-only: being withdrawn, its use is logged; retired: refused and logged.
    """

    key_id: str
    secret: SecretStr
    state: str = "active"


Secrets = tuple[SecretStr, ...]
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
MAX_PORT = 65_535
Port = Annotated[int, Field(ge=0, le=MAX_PORT)]


class Settings(BaseModel):
    """The environment, parsed. Field names are the variables in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    app_env: Literal["production", "development", "test"] = "production"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    database_url: SecretStr
    listen_database_url: SecretStr | None = None
    migration_database_url: SecretStr | None = None
    database_prepare: Literal["on", "off"] = "on"
    database_engine: Literal["postgresql", "citus"] = "postgresql"
    database_pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    redis_url: SecretStr

    jwt_secret: SecretStr | None = None
    jwt_jwks: str | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_max_lifetime_seconds: Annotated[int, Field(ge=1)] | None = None
    internal_hmac_keys: tuple[HmacKey, ...] = ()

    stripe_secret_key: SecretStr
    stripe_webhook_secret: Secrets
    stripe_connect_webhook_secret: Secrets = ()
    stripe_api_base: str = STRIPE_API_BASE
    stripe_api_base_allow_loopback: bool = False
    stripe_rate: Annotated[Decimal, Field(gt=0, le=10_000)] = Decimal(20)
    stripe_timeout_seconds: Annotated[float, Field(gt=0, le=80)] = 20.0
    body_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    operation_lease_seconds: Annotated[float, Field(gt=0, le=3600)] = 60.0
    operation_backoff_seconds: Annotated[float, Field(gt=0, le=3600)] = 2.0

    sweep_seconds: Annotated[float, Field(ge=0, le=86_400)] = 300.0
    reconcile_seconds: Annotated[float, Field(ge=0, le=604_800)] = 21_600.0
    reconcile_days: Annotated[float, Field(gt=0, le=3650)] = 3.0
    reconcile_first: bool = False
    reconcile_grace_seconds: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    poll_seconds: Annotated[float, Field(ge=0, le=86_400)] = 3600.0
    poll_patience_seconds: Annotated[float, Field(gt=0, le=86_400)] = 3600.0

    otel_traces_exporter: Literal["otlp", "none"] | None = None
    otel_exporter_otlp_endpoint: str | None = None
    otel_exporter_otlp_traces_endpoint: str | None = None
    otel_exporter_otlp_protocol: str = OTLP
    otel_sdk_disabled: bool = False

    listen_host: str = "0.0.0.0"  # noqa: S104 -- a container's own address; a proxy stands in front
    port: Port = 3003
    admin_port: Port = 9103
    worker_admin_port: Port = 9104
    worker_concurrency: Annotated[int, Field(ge=1, le=200)] = 24
    trusted_proxy_ips: Networks = ()
    rate_limit_per_ip: Annotated[int, Field(ge=1)] = 100
    rate_limit_payments_per_user: Annotated[int, Field(ge=1)] = 10

    @property
    def listen_url(self) -> str:
        """A direct connection string for LISTEN."""
        return (self.listen_database_url or self.database_url).get_secret_value()

    @property
    def traces_are_exported(self) -> bool:
        """Whether spans are wanted: a collector is named, or the exporter."""
        named = self.otel_exporter_otlp_endpoint or self.otel_exporter_otlp_traces_endpoint
        chosen = self.otel_traces_exporter or ("otlp" if named else "none")
        return chosen == "otlp" and not self.otel_sdk_disabled

    @property
    def traces_endpoint(self) -> str:
        """Where spans are sent: the whole URL."""
        base = self.otel_exporter_otlp_endpoint or OTLP_ENDPOINT
        return self.otel_exporter_otlp_traces_endpoint or f"{base.rstrip('/')}/v1/traces"

    @field_validator("database_url", "listen_database_url", "migration_database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value and (fault := _database_fault(value.get_secret_value())):
            raise ValueError(fault)
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: SecretStr) -> SecretStr:
        url = urlsplit(value.get_secret_value())
        if url.scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("must be a redis:// or rediss:// URL")
        try:
            _ = url.port
        except ValueError:
            raise ValueError("has a port that is none") from None
        return value

    @field_validator("jwt_secret")
    @classmethod
    def _is_strong(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value().encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"must be at least {MIN_SECRET_BYTES} bytes")
        if value and len(set(value.get_secret_value())) < MIN_DISTINCT_CHARS:
            raise ValueError("is too easy to guess; make it with `openssl rand -base64 32`, say")
        return value

    @field_validator("stripe_secret_key")
    @classmethod
    def _is_secret_key(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("must be visible ASCII without spaces")
        if not key.startswith(("sk_", "rk_")):
            raise ValueError("must be a secret key (sk_…) or a restricted one (rk_…)")
        return value

    @field_validator("stripe_webhook_secret", "stripe_connect_webhook_secret", mode="before")
    @classmethod
    def _split_secrets(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        secrets = [part.strip() for part in value.split(",")]
        if any(len(secret) < MIN_WEBHOOK_SECRET_CHARS for secret in secrets):
            raise ValueError(f"each secret must have {MIN_WEBHOOK_SECRET_CHARS} characters or more")
        return secrets

    @field_validator("internal_hmac_keys", mode="before")
    @classmethod
    def _split_hmac_keys(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = [_HMAC_KEY.fullmatch(part.strip()) for part in value.split(",")]
        keys = [
            HmacKey(match["id"], SecretStr(match["secret"]), match["state"] or "active")
            for match in found
            if match
        ]
        if len(keys) != len(found):
            raise ValueError("must be keyid:secret, comma-separated; or keyid/state:secret")
        if any(key.state not in HMAC_STATES for key in keys):
            raise ValueError(f"a key is {', '.join(HMAC_STATES)}")
        if any(
            len(key.secret.get_secret_value().encode()) < MIN_SECRET_BYTES
            for key in keys
            if key.state != "retired"
        ):
            raise ValueError(f"each secret must be at least {MIN_SECRET_BYTES} bytes")
        if len({key.key_id for key in keys}) != len(keys):
            raise ValueError("names a key twice")
        return tuple(keys)

    @field_validator("trusted_proxy_ips", mode="before")
    @classmethod
    def _split_networks(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            networks = [ipaddress.ip_network(part.strip()) for part in value.split(",")]
        except ValueError as error:
            raise ValueError("must be a comma-separated list of CIDR networks") from error
        if any(network.prefixlen == 0 for network in networks):
            raise ValueError("a /0 network would trust everybody")
        return tuple(networks)

    @field_validator("stripe_api_base")
    @classmethod
    def _is_http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("must be an http(s) URL")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Settings":
        faults = [
            *self._token_faults(),
            *self._stripe_faults(),
            *self._time_faults(),
            *self._port_faults(),
            *self._trace_faults(),
        ]
        if faults:
            raise SettingsError(faults)
        return self

    def _token_faults(self) -> list[str]:
        if self.jwt_secret and self.jwt_jwks:
            return ["JWT_JWKS: must not be set beside JWT_SECRET; choose one family of keys"]
        if self.jwt_jwks:
            return self._jwks_faults(self.jwt_jwks)
        return [] if self.jwt_secret else ["JWT_SECRET: is required"]

    def _jwks_faults(self, source: str) -> list[str]:
        if is_url(source):
            url = urlsplit(source)
            safe = url.scheme == "https" or _is_loopback(url.hostname or "")
            if self.app_env == "production" and not safe:
                return ["JWT_JWKS: must be https:// in production; who changes it changes the keys"]
            return [] if url.hostname else ["JWT_JWKS: must be an http(s) URL or a file"]
        try:
            parse_keys(Path(source).read_bytes())
        except OSError as error:
            return [f"JWT_JWKS: cannot be read: {error.strerror}"]
        except KeySetError as error:
            return [f"JWT_JWKS: {error}"]
        return []

    def _stripe_faults(self) -> list[str]:
        faults = []
        shared = set(self.stripe_webhook_secret) & set(self.stripe_connect_webhook_secret)
        if shared:
            faults.append(
                "STRIPE_CONNECT_WEBHOOK_SECRET: must differ from STRIPE_WEBHOOK_SECRET; "
                "each endpoint has its own"
            )
        if self.app_env == "production" and self.stripe_api_base != STRIPE_API_BASE:
            faults.extend(self._api_base_faults())
        return faults

    def _api_base_faults(self) -> list[str]:
        host = urlsplit(self.stripe_api_base).hostname or ""
        if _is_loopback(host) and self.stripe_api_base_allow_loopback:
            return []
        return [
            (
                "STRIPE_API_BASE: is refused in production (only a loopback address, and only with "
                "STRIPE_API_BASE_ALLOW_LOOPBACK=true)"
            )
        ]

    def _trace_faults(self) -> list[str]:
        if not self.traces_are_exported:
            return []
        faults = []
        url = urlsplit(self.traces_endpoint)
        if url.scheme not in {"http", "https"} or not url.hostname:
            faults.append("OTEL_EXPORTER_OTLP_ENDPOINT: must be an http(s) URL")
        if self.otel_exporter_otlp_protocol != OTLP:
            faults.append(f"OTEL_EXPORTER_OTLP_PROTOCOL: must be {OTLP}")
        if not _is_installed("opentelemetry.exporter.otlp.proto.http"):
            faults.append(
                "OTEL_TRACES_EXPORTER: needs payment-service[otel] to be installed, or must be none"
            )
        return faults

    def _time_faults(self) -> list[str]:
        if self.stripe_timeout_seconds * 2 <= self.operation_lease_seconds:
            return []
        return [
            (
                "STRIPE_TIMEOUT_SECONDS: must be at most half of OPERATION_LEASE_SECONDS, "
                "so that a call ends before its lease does"
            )
        ]

    def _port_faults(self) -> list[str]:
        # 0: any free one. The worker may be on another machine; its port is its own business.
        if not self.port or self.port != self.admin_port:
            return []
        return ["ADMIN_PORT: must differ from PORT; metrics are not for the public"]


def database_url(*variables: str) -> str:
    """The first of these variables that is set, for commands that need nothing else.

    Args:
        variables: names, in the order in which they count; DATABASE_URL is always the last.

    Raises:
        SettingsError: none is set, or it is no address of a PostgreSQL.
    """
    for name in (*variables, "DATABASE_URL"):
        if url := os.environ.get(name, "").strip():
            if fault := _database_fault(url):
                raise SettingsError([f"{name}: {fault}"])
            return url
    also = f" (or {', '.join(variables)})" if variables else ""
    raise SettingsError([f"DATABASE_URL: is required{also}"])


def _database_fault(url: str) -> str | None:
    """What is wrong with an address of PostgreSQL; no part of it is repeated: it has a password."""
    if url.partition("://")[0] not in {"postgresql", "postgres"}:
        return "must be a postgresql:// URL"
    try:
        ports = str(conninfo_to_dict(url).get("port", ""))
    except ProgrammingError:
        return "cannot be read as a postgresql:// URL"
    return None if all(_is_port(port) for port in ports.split(",")) else "has a port that is none"


def _is_port(text: str) -> bool:
    return not text or (text.isdecimal() and 0 < int(text) <= MAX_PORT)


def is_url(source: str) -> bool:
    """Whether JWT_JWKS names a URL; otherwise it is a file."""
    return urlsplit(source).scheme in {"http", "https"}


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Parse the environment.

    Args:
        environ: the variables; the process's own when absent.

    Raises:
        SettingsError: with one sentence per fault, each naming its variable.
    """
    environ = os.environ if environ is None else environ
    given = {
        name: text
        for name in Settings.model_fields
        if (text := environ.get(name.upper(), "").strip())
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        faults = [_sentence(fault) for fault in error.errors()]
        if not given.keys() & {"jwt_secret", "jwt_jwks"}:
            faults.append("JWT_SECRET: is required")
        raise SettingsError(faults) from None


def _sentence(fault: ErrorDetails) -> str:
    variable = str(fault["loc"][0]).upper() if fault["loc"] else "ENVIRONMENT"
    context = fault.get("ctx", {})
    if fault["type"] == "value_error":
        words = str(context["error"])
    elif fault["type"] == "literal_error":
        words = f"must be {context['expected']}"
    else:
        words = _WORDS.get(fault["type"], fault["msg"].replace("Input should", "must"))
    return f"{variable}: {words}"


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Names with our prefix that nothing reads: probably misspelt."""
    return sorted(
        name
        for name in environ
        if name.startswith("PAYMENT_") and name not in KNOWN_PAYMENT_VARIABLES
    )
