"""Stripe's simulator in this process: the real gateway talks to it without a socket in between."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import stripe

from app.config import Settings
from app.stripe.gateway import Gateway, LookError
from stripe_simulator.api import Api, Incoming
from stripe_simulator.clock import Clock
from stripe_simulator.config import Config
from stripe_simulator.http.wire import BAD_GATEWAY
from stripe_simulator.world import World

START_BALANCE = 10_000_000
"""Of the platform, minor units: transfers never wait for money here."""

Json = dict[str, Any]


class _Wire(stripe.HTTPClient):
    """Hands a call of the SDK to the simulator, and breaks the answer as its faults want."""

    name = "in process"

    def __init__(self, home: "StripeWorld") -> None:
        super().__init__()
        self._home = home

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        parts = urlsplit(url)
        incoming = Incoming(
            method.upper(), parts.path, str(post_data or parts.query), dict(headers or {})
        )
        answer = await self._home.api.answer(incoming)
        cut = answer.cut.name if answer.cut else None
        if cut is None:
            return answer.body, answer.status, answer.headers
        if cut.startswith("bad_gateway"):
            return BAD_GATEWAY, 502, {}
        if cut == "garbage":
            return b"\x00not json", 200, answer.headers
        raise stripe.APIConnectionError("the connection was closed")  # type: ignore[no-untyped-call]

    async def close_async(self) -> None:
        """Nothing is open."""


class StripeWorld:
    """One Stripe after another, over one gateway.

    Attributes:
        world: the simulator's, of the schedule that runs.
    """

    world: World
    api: Api

    def __init__(self, settings: Settings) -> None:
        self._loop = asyncio.new_event_loop()
        self._gateway = self._run(self._open(settings))
        self._told = 0
        self._key = settings.stripe_secret_key.get_secret_value()

    async def _open(self, settings: Settings) -> Gateway:
        gateway = Gateway(settings, self._now)
        gateway._client = stripe.StripeClient(
            settings.stripe_secret_key.get_secret_value(),
            base_addresses={"api": settings.stripe_api_base},
            max_network_retries=0,
            http_client=_Wire(self),
        )
        return gateway

    def _now(self) -> float:
        return self.world.clock.now()

    def begin(self, now: float) -> None:
        """Start over with an empty world at this time."""
        config = Config(settle="now", onboarding="auto")
        self.world = World(config, 7, Clock(wall=False, start=now))
        self.world.adjust(self.world.platform, "usd", START_BALANCE, "Balance at the start")
        self.world.settle_call()
        self.api = Api(self.world)
        self._told = 0
        self._gateway._closed_until = 0.0

    def close(self) -> None:
        """Close the gateway."""
        self._run(self._gateway.close())
        self._loop.close()

    # ── as our service ────────────────────────────────────────────────────────────────────────

    @property
    def now(self) -> float:
        """Seconds of Stripe's clock, which is ours too."""
        return self._now()

    def send(self, operation: Json, deadline: float) -> Json:
        """Carry an operation; the result for SQL."""
        result: Json = self._run(self._gateway.send(operation, deadline))
        return result

    def look(self, operation: Json) -> Json | None:
        """Look for evidence; the result for SQL when there is one, or it could not be seen."""
        try:
            found = self._run(self._gateway.look(operation))
        except LookError as error:
            return error.result
        return None if found is None else self._gateway.adopted(found)

    # ── as buyer, bank, payee, person at the dashboard ────────────────────────────────────────

    def post(self, path: str, **params: object) -> tuple[int, Json]:
        """A call that no fault strikes; its status and answer."""
        rules, self.world.faults.rules = self.world.faults.rules, []
        text = urlencode({name: str(value) for name, value in params.items()})
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            answer = self._run(self.api.answer(Incoming("POST", f"/v1/{path}", text, headers)))
        finally:
            self.world.faults.rules = rules
        body: Json = orjson.loads(answer.body)
        return answer.status, body

    def act(self, action: Callable[[], Any]) -> Any:
        """Change the world as its control API does."""
        self.world.run_due()
        self.world.begin()
        try:
            return action()
        finally:
            self.world.settle_call()

    def events(self) -> list[tuple[str, Json, bytes]]:
        """Source, event and its bytes: all since the last look."""
        made = self.world.store.events.oldest()
        fresh = [event.body(self.world) for event in list(made)[self._told :]]
        self._told += len(fresh)
        read = [(orjson.loads(body), body) for body in fresh]
        return [("connect" if "account" in one else "platform", one, body) for one, body in read]

    def _run(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)
