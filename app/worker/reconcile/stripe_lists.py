"""Stripe's lists, page by page, under the shared rate."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import stamina

from app.failpoints import failpoint
from app.observability.logs import get_logger
from app.stripe.gateway import Gateway, LookError
from app.stripe.rate import Rate

log = get_logger("lists")

PAGE_SIZE = 100
"""As many as Stripe gives."""

MAX_TRIES = 6
RETRY_SECONDS = (0.2, 5.0)
TOKEN_WAIT_SECONDS = 60.0
"""Payments go before: a page waits this long for its turn, then counts as one that failed."""

REFUSED = frozenset({400, 401, 403, 404})

Json = dict[str, Any]


class UnreadableError(Exception):
    """A list of Stripe's could not be read to its end.

    Attributes:
        refused: Stripe will not show it, however often it is asked: an account that has left us.
    """

    def __init__(self, what: str, *, refused: bool) -> None:
        super().__init__(what)
        self.refused = refused


class Lists:
    """Reads lists.

    Args:
        gateway: Stripe.
        rate: permission to ask.
    """

    def __init__(self, gateway: Gateway, rate: Rate) -> None:
        self._gateway = gateway
        self._rate = rate

    async def pages(
        self,
        resource: str,
        params: Mapping[str, Any],
        account: str | None = None,
        behind: str | None = None,
    ) -> AsyncIterator[list[Json]]:
        """Give every page of a list, newest objects first.

        Args:
            resource: such as `events`.
            params: Stripe's own, without those that turn pages.
            account: a connected account's list; the platform's when absent.
            behind: id of the object behind which to begin; the newest when absent.

        Raises:
            UnreadableError: Stripe did not show it to the end.
            DatabaseError: the rate could not be asked for.
        """
        wanted = {**params, "limit": PAGE_SIZE, **({"starting_after": behind} if behind else {})}
        while True:
            page = await self._page(resource, wanted, account)
            if page["data"]:
                yield page["data"]
                await failpoint("lists.after_page", resource)
            if not page["has_more"]:
                return
            wanted["starting_after"] = page["data"][-1]["id"]

    async def _page(self, resource: str, wanted: Json, account: str | None) -> Json:
        low, high = RETRY_SECONDS
        async for attempt in stamina.retry_context(
            _may_pass, attempts=MAX_TRIES, timeout=None, wait_initial=low, wait_max=high
        ):
            with attempt:
                return await self._ask(resource, wanted, account, attempt.num)
        raise AssertionError  # the last attempt raises

    async def _ask(self, resource: str, wanted: Json, account: str | None, number: int) -> Json:
        try:
            if await self._rate.acquire(TOKEN_WAIT_SECONDS):
                return await self._gateway.page(resource, wanted, account)
            fault = "no turn"
        except LookError as error:
            status, fault = error.result["httpStatus"], error.result["message"]
            if status in REFUSED:
                raise UnreadableError(f"{resource}: {fault}", refused=True) from error
        log.info("page failed", resource=resource, account=account, number=number, why=fault)
        raise UnreadableError(f"{resource}: {fault}", refused=False)


def _may_pass(error: Exception) -> bool:
    return isinstance(error, UnreadableError) and not error.refused
