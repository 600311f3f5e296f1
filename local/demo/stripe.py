"""The simulated Stripe as the demo uses it: its dashboard and control calls, not our service."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from local.demo.service import DemoError
from stripe_simulator.client import SECRET_KEY

Json = dict[str, Any]
PAGE = 100
TRIES = 8
"""With --faults Stripe's answers get lost for whoever asks."""


class Stripe:
    """What an auditor with access to the Stripe account can see, and the levers of the simulator.

    Args:
        base: address of the simulator.
        session: connections.
    """

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base = base
        self._session = session

    async def everything(
        self, path: str, account: str | None = None, **query: str
    ) -> AsyncIterator[Json]:
        """Yield every object of a list, newest first."""
        after: dict[str, str] = {}
        while True:
            page = await self.read(path, account, limit=str(PAGE), **query, **after)
            for item in page["data"]:
                yield item
            if not page["has_more"]:
                return
            after = {"starting_after": page["data"][-1]["id"]}

    async def read(self, path: str, account: str | None = None, **query: str) -> Json:
        """GET from the API, as the platform or as a connected account; repeated when it fails.

        Raises:
            DemoError: it failed every time.
        """
        headers = {"Authorization": f"Bearer {SECRET_KEY}"}
        if account is not None:
            headers["Stripe-Account"] = account
        for _ in range(TRIES):
            try:
                return await self._json("GET", path, headers=headers, params=query)
            except (DemoError, aiohttp.ClientError, TimeoutError) as error:
                failure = error
        raise DemoError(f"simulator: GET {path}: {failure}")

    async def control(self, method: str, path: str, body: Json | None = None) -> Json:
        """Make a control call."""
        return await self._json(method, f"/_sim/{path}", json=body)

    async def _json(self, method: str, path: str, **options: Any) -> Json:
        async with self._session.request(method, f"{self.base}{path}", **options) as answer:
            found: Json = await answer.json(content_type=None)
            if not answer.ok:
                raise DemoError(f"simulator: {method} {path}: {answer.status} {found}")
            return found
