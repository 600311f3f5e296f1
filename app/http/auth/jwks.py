"""Public keys of the token issuer: read from a file or URL, refreshed beside the requests.

The last good set stays in force whatever a refresh brings: an issuer that is away locks nobody out.
A token that names an unknown key causes one refresh, at most one a minute however many come.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client import Counter

from app.config import Settings, is_url
from app.http.auth.tokens import KeysUnavailableError, Rules, TokenError, header
from app.observability import metrics
from app.observability.logs import get_logger
from app.pauses import jittered
from app.public_keys import Key, Keys, KeySetError, parse_keys

log = get_logger("jwks")

REFRESH_SECONDS = 300.0
"""How long a key that was taken out of the set may still be believed."""

RETRY_SECONDS = (1.0, 30.0)
UNKNOWN_KEY_SECONDS = 60.0
FETCH_SECONDS = 5.0
MAX_BYTES = 256 * 1024

refreshes = Counter(
    "jwks_refresh_total",
    "Refreshes of the token issuer's keys, by outcome",
    ["outcome"],
    registry=metrics.registry,
)


class KeySet:
    """Tokens signed with a key of a JWKS; a `Verifier`.

    Args:
        settings: where the set is, and what the claims must name.
        clock: monotonic seconds.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        assert settings.jwt_jwks is not None  # noqa: S101 -- load_settings demands it
        self._source = settings.jwt_jwks
        self._rules = Rules(settings)
        self._clock = clock
        self._keys: Keys = {}
        self._seen: bytes = b""
        self._refreshing: asyncio.Task[bool] | None = None
        self._asked = -UNKNOWN_KEY_SECONDS
        self.generation = 0

    async def claims(self, token: str) -> Mapping[str, Any]:
        """The verified claims; see Verifier."""
        head = header(token)
        key = await self._find(head.get("kid"))
        if head.get("alg") != key.algorithm:
            raise TokenError("its algorithm is not its key's")
        return self._rules.claims(token, key.key, key.algorithm)

    async def run(self) -> None:
        """Refresh for ever; see Verifier."""
        wait = RETRY_SECONDS[0]
        while True:
            if await self.refresh():
                wait = RETRY_SECONDS[0]
                pause = REFRESH_SECONDS
            else:
                wait = min(wait * 2, RETRY_SECONDS[1])
                pause = wait
            await asyncio.sleep(jittered((pause * 0.8, pause)))

    async def refresh(self) -> bool:
        """Read the set again, or wait for whoever does; whether it could be used."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh())
        return await asyncio.shield(self._refreshing)

    async def _find(self, kid: str | None) -> Key:
        if kid is None:
            raise TokenError("it names no key")
        if kid not in self._keys and self._may_ask():
            await self.refresh()
        if not self._keys:
            raise KeysUnavailableError
        if kid not in self._keys:
            raise TokenError("its key is not known")
        return self._keys[kid]

    def _may_ask(self) -> bool:
        if self._refreshing and not self._refreshing.done():
            return True  # wait for what is under way
        if self._clock() - self._asked < UNKNOWN_KEY_SECONDS:
            return False
        self._asked = self._clock()
        return True

    async def _refresh(self) -> bool:
        try:
            document = await self._read()
            if document != self._seen:
                self._keys, self._seen = parse_keys(document), document
                self.generation += 1
                log.info("keys read", count=len(self._keys))
        except (KeySetError, OSError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("cannot refresh the keys", reason=str(error) or type(error).__name__)
            refreshes.labels("failed").inc()
            return False
        refreshes.labels("ok").inc()
        return True

    async def _read(self) -> bytes:
        if not is_url(self._source):
            return await asyncio.to_thread(Path(self._source).read_bytes)
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        # A session of its own, every five minutes: nothing is worth keeping open between.
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(self._source, allow_redirects=False) as response,
        ):
            if response.status != 200:  # noqa: PLR2004 -- OK
                raise KeySetError(f"answered {response.status}")
            document = await response.content.read(MAX_BYTES + 1)
            while len(document) <= MAX_BYTES and (more := await response.content.read(MAX_BYTES)):
                document += more
            if len(document) > MAX_BYTES:
                raise KeySetError(f"is larger than {MAX_BYTES} bytes")
            return document
