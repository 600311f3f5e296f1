"""A fan's browser: knows the publishable key and one client secret, and nothing else."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp

from local.demo.progress import Progress
from local.demo.service import DemoError
from stripe_simulator.client import PUBLISHABLE_KEY

Json = dict[str, Any]

RETRY_SECONDS = 0.1
RETURN_URL = "https://shop.example.com/thanks"
DONE = frozenset({"succeeded", "requires_capture", "processing", "canceled"})
ASK_BANK = "requires_action"
NO_METHOD = "requires_payment_method"
OK, DECLINED, BAD_REQUEST, TOO_MANY = 200, 402, 400, 429


@dataclass
class Checkout:
    """What came of one visit to the payment form."""

    status: str
    declines: int = 0
    authentications: int = 0


class Browser:
    """Confirms payment intents at Stripe as Stripe.js would.

    Args:
        stripe: address of the simulator.
        session: connections.
        progress: a fan tries again as long as anything moves.
    """

    def __init__(self, stripe: str, session: aiohttp.ClientSession, progress: Progress) -> None:
        self._stripe = stripe
        self._session = session
        self._progress = progress

    async def pay(self, secret: str, cards: tuple[str, ...], *, passes: bool) -> Checkout:
        """Try the cards in turn; with `passes` false the first 3-D Secure is refused.

        Raises:
            DemoError: Stripe did not answer for too long, or what it said makes no sense.
        """
        done = Checkout(NO_METHOD)
        for card in cards:
            intent = await self._confirm(secret, card)
            if intent["status"] == ASK_BANK:
                approve = passes or done.authentications > 0
                done.authentications += 1
                intent = await self._authenticate(secret, intent, approve=approve)
            done.status = intent["status"]
            if done.status in DONE:
                break
            done.declines += 1
        return done

    async def _confirm(self, secret: str, card: str) -> Json:
        """Confirm with one card; an answer that got lost is looked up, not guessed."""
        path = f"/v1/payment_intents/{_id(secret)}"
        form = {"payment_method": card, "return_url": RETURN_URL, "client_secret": secret}
        wait = self._progress.wait()
        while not await wait.over():
            status, answer = await self._call("POST", f"{path}/confirm", form)
            if status == OK:
                return answer
            if status == DECLINED:
                return {"status": NO_METHOD}
            if status == BAD_REQUEST and "unexpected_state" not in str(answer):
                raise DemoError(f"confirm: {answer}")
            now = await self._look(secret)
            if now["status"] != NO_METHOD:
                return now
            await asyncio.sleep(RETRY_SECONDS)
        raise DemoError(f"confirm {_id(secret)}: Stripe does not answer")

    async def _authenticate(self, secret: str, intent: Json, *, approve: bool) -> Json:
        """Click a button on the bank's page, come back, see how it went."""
        page = intent["next_action"]["redirect_to_url"]["url"]
        outcome = "succeeded" if approve else "failed"
        await self._click(f"{page}/{outcome}")
        return await self._look(secret)

    async def _click(self, url: str) -> None:
        async with self._session.post(url, allow_redirects=False) as answer:
            await answer.read()

    async def onboard(self, url: str) -> None:
        """Follow an onboarding link and complete it, as a payee would."""
        async with self._session.get(url, allow_redirects=False) as page:
            if page.status != OK:
                raise DemoError(f"onboarding page {url}: {page.status}")
        await self._click(f"{url}/complete")

    async def _look(self, secret: str) -> Json:
        path = f"/v1/payment_intents/{_id(secret)}"
        wait = self._progress.wait()
        while True:
            status, answer = await self._call("GET", path, {"client_secret": secret})
            if status == OK:
                return answer
            if await wait.over():
                raise DemoError(f"GET {path}: {status} {answer}")
            await asyncio.sleep(RETRY_SECONDS)

    async def _call(self, method: str, path: str, form: dict[str, str]) -> tuple[int, Json]:
        given: Any = {"data": form} if method == "POST" else {"params": form}
        headers = {"Authorization": f"Bearer {PUBLISHABLE_KEY}"}
        try:
            async with self._session.request(
                method, f"{self._stripe}{path}", headers=headers, **given
            ) as answer:
                return answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return 0, {"lost": type(error).__name__}


def _id(secret: str) -> str:
    return secret.partition("_secret_")[0]
