"""The whole service on one machine: PostgreSQL, Valkey, simulator, web and worker.

Everything is a real process of its own, tied to our life: killed with SIGKILL, we leave nothing
running. All data is temporary.
"""

import json
import secrets
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, astuple, dataclass, field
from types import TracebackType
from typing import IO, Self
from uuid import UUID

import psycopg

from app.migrations.migrate import migrate
from app.migrations.roles import SERVICE_LOGIN, provision_service
from local.dev.child import Child, answers
from local.dev.database import DatabaseServer, GivenServer, OwnServer
from local.dev.tokens import mint
from local.embedded import EmbeddedValkey
from stripe_simulator import client

TENANT = UUID("7e000000-0000-4000-8000-000000000001")
OTHER_TENANT = UUID("7e000000-0000-4000-8000-000000000002")
TENANT_NAMES = {TENANT: "Blue Note Tickets", OTHER_TENANT: "Salle Verte Billetterie"}
TOKEN_SECONDS = 30 * 86_400
LOOPBACK = "127.0.0.1/32,::1/128"
HMAC_KEY_ID = "local"


def hold(port: int) -> socket.socket:
    """Listen on the loopback, at `port`, or at another one when it is taken; 0: any.

    From here on nobody else can: our children accept from it, and nobody answers in their place.
    """
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


@dataclass(frozen=True)
class Ports:
    """Where the stack listens; all on the loopback. 0: anywhere."""

    api: int = 0
    admin: int = 0
    worker_admin: int = 0
    simulator: int = 0


ANYWHERE = Ports()


@dataclass(frozen=True)
class Addresses:
    """What a script needs to use the stack; the line `make dev` prints."""

    api: str
    admin: str
    stripe: str
    stripeSecretKey: str  # noqa: N815 -- the names of the contract
    databaseUrl: str  # noqa: N815
    redisUrl: str  # noqa: N815
    jwtSecret: str  # noqa: N815
    hmacKeyId: str  # noqa: N815
    hmacSecret: str  # noqa: N815
    webhookSecret: str  # noqa: N815
    connectWebhookSecret: str  # noqa: N815
    tenantId: str  # noqa: N815
    otherTenantId: str  # noqa: N815
    token: str

    def line(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Secrets:
    """Made anew for every start."""

    jwt: str = field(default_factory=lambda: secrets.token_urlsafe(36))
    hmac: str = field(default_factory=lambda: secrets.token_urlsafe(36))
    webhook: str = field(default_factory=lambda: f"whsec_{secrets.token_hex(16)}")
    connect_webhook: str = field(default_factory=lambda: f"whsec_{secrets.token_hex(16)}")


class Stack:
    """The processes. Use as a context manager, or `start` and `stop`.

    Args:
        log: where the output of our own processes goes.
        ports: wanted ones; `ports` of the stack are those it got.
        seed: of the simulator.
        environ: settings of web and worker beside those the stack knows.
        database_url: superuser of a server to use instead of an embedded one.
    """

    def __init__(
        self,
        log: IO[bytes],
        *,
        ports: Ports = ANYWHERE,
        seed: int = 1,
        environ: dict[str, str] | None = None,
        database_url: str | None = None,
    ) -> None:
        self._sockets = [hold(port) for port in astuple(ports)]
        self.ports = Ports(*(place.getsockname()[1] for place in self._sockets))
        self._secrets = Secrets()
        self._environ = environ or {}
        self._server: DatabaseServer = GivenServer(database_url) if database_url else OwnServer()
        self._valkey = EmbeddedValkey()
        api, admin, worker_admin, stripe = self._sockets
        self.simulator = Child(
            "simulator", _simulator_arguments(stripe.fileno(), seed), log, sockets=[stripe]
        )
        environ_of = self.service_environ
        self.web = Child("web", ["-m", "app", "serve"], log, environ_of, sockets=[api, admin])
        self.worker = Child("worker", ["-m", "app", "worker"], log, environ_of, [worker_admin])

    # ── life ──────────────────────────────────────────────────────────────────────────────────

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything and return when web and worker are ready; on failure stop it all.

        Raises:
            ServerError: something did not come up.
            MigrationError: sql/ cannot be applied.
        """
        try:
            with ThreadPoolExecutor() as threads:
                others = [threads.submit(self._valkey.start), threads.submit(self._start_simulator)]
                self._start_database()
                for other in others:
                    other.result()
            self._register_webhooks()
            self.start_service()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything, last started first, whatever one of them says."""
        with ExitStack() as steps:
            for place in self._sockets:
                steps.callback(place.close)
            steps.callback(self._server.stop)
            steps.callback(self._valkey.stop)
            for child in (self.simulator, self.web, self.worker):
                steps.callback(child.stop)

    def start_service(self) -> None:
        """Start web and worker and wait until they are ready.

        Raises:
            ServerError: one of them did not come up.
        """
        self.web.start()
        self.worker.start()
        self.web.await_ready(lambda: answers(self.ports.api, "/health/ready"))
        self.worker.await_ready(lambda: answers(self.ports.worker_admin, "/health"))

    def stop_service(self) -> None:
        """Stop web and worker; they finish what is in flight, side by side."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(Child.stop, (self.web, self.worker)))

    # ── addresses ─────────────────────────────────────────────────────────────────────────────

    @property
    def database_url(self) -> str:
        """The database as its superuser."""
        return self._server.url()

    @property
    def stripe_url(self) -> str:
        """The simulator."""
        return f"http://127.0.0.1:{self.ports.simulator}"

    def token(self, tenant: UUID, subject: str, ttl_seconds: int = TOKEN_SECONDS) -> str:
        """Return a token of a tenant with every scope."""
        return mint(self._secrets.jwt, tenant, subject, ttl_seconds)

    def addresses(self) -> Addresses:
        """Everything a script needs; secrets of this run included."""
        return Addresses(
            api=f"http://127.0.0.1:{self.ports.api}",
            admin=f"http://127.0.0.1:{self.ports.admin}",
            stripe=self.stripe_url,
            stripeSecretKey=client.SECRET_KEY,
            databaseUrl=self.database_url,
            redisUrl=self._valkey.url,
            jwtSecret=self._secrets.jwt,
            hmacKeyId=HMAC_KEY_ID,
            hmacSecret=self._secrets.hmac,
            webhookSecret=self._secrets.webhook,
            connectWebhookSecret=self._secrets.connect_webhook,
            tenantId=str(TENANT),
            otherTenantId=str(OTHER_TENANT),
            token=self.token(TENANT, "developer"),
        )

    # ── inside ────────────────────────────────────────────────────────────────────────────────

    def _start_database(self) -> None:
        """Bring up the database with its schema, its login and two tenants."""
        self._server.start()
        migrate(self.database_url)
        provision_service(self.database_url, self._server.service_password)
        with psycopg.connect(self.database_url, autocommit=True) as link:
            link.execute("SELECT ops.deployment_set('development')")
            for tenant, name in TENANT_NAMES.items():
                link.execute("SELECT ops.tenant_register(%s, %s)", [tenant, name])

    def _start_simulator(self) -> None:
        self.simulator.start()
        self.simulator.await_ready(lambda: answers(self.ports.simulator, "/_sim/ledger"))

    def _register_webhooks(self) -> None:
        hooks = f"http://127.0.0.1:{self.ports.api}/webhooks/stripe"
        client.register(self.stripe_url, hooks, self._secrets.webhook)
        client.register(
            self.stripe_url, f"{hooks}/connect", self._secrets.connect_webhook, connect=True
        )

    def service_environ(self) -> dict[str, str]:
        """What web and worker read, and any other command of the service."""
        keys = self._secrets
        return {
            "APP_ENV": "development",
            "LISTEN_HOST": "127.0.0.1",
            "PORT": str(self.ports.api),
            "ADMIN_PORT": str(self.ports.admin),
            "WORKER_ADMIN_PORT": str(self.ports.worker_admin),
            "DATABASE_URL": self._server.url(SERVICE_LOGIN, self._server.service_password),
            "REDIS_URL": self._valkey.url,
            "JWT_SECRET": keys.jwt,
            "INTERNAL_HMAC_KEYS": f"{HMAC_KEY_ID}:{keys.hmac}",
            "STRIPE_API_BASE": self.stripe_url,
            "STRIPE_SECRET_KEY": client.SECRET_KEY,
            "STRIPE_WEBHOOK_SECRET": keys.webhook,
            "STRIPE_CONNECT_WEBHOOK_SECRET": keys.connect_webhook,
            "TRUSTED_PROXY_IPS": LOOPBACK,
            **self._environ,
        }


def _simulator_arguments(descriptor: int, seed: int) -> list[str]:
    """Of the interpreter that starts it: funds settle at once, signatures carry now."""
    return [
        *("-m", "stripe_simulator", "--fd", str(descriptor), "--seed", str(seed)),
        *("--settle", "now"),
    ]
