"""Pages a person can click: onboarding of an account and 3-D Secure."""

from __future__ import annotations

import html

from aiohttp import web

from stripe_simulator.control.base import act, simulator
from stripe_simulator.operations import accounts, confirmation

STYLE = (
    "body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}"
    "button{font:inherit;padding:.5rem 1rem;margin-right:.5rem}"
)


def page(title: str, text: str, *buttons: tuple[str, str]) -> web.Response:
    """Return a small page with a button for each (address, label)."""
    forms = "".join(
        f'<form method="post" action="{html.escape(action)}" style="display:inline">'
        f"<button>{html.escape(label)}</button></form>"
        for action, label in buttons
    )
    return web.Response(
        text=f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title>"
        f"<style>{STYLE}</style><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>{forms}",
        content_type="text/html",
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


async def onboarding(request: web.Request) -> web.StreamResponse:
    """Show the onboarding page once; an old link goes to the refresh URL."""
    world = simulator(request).world
    link = world.store.account_links.get(request.match_info["id"])
    if link is None:
        raise web.HTTPNotFound(text="no such link")
    if link.used or link.expires_at <= world.clock.now():
        raise web.HTTPFound(link.refresh_url or "/")
    link.used = True
    account = world.store.accounts[link.subject]
    return page(
        "Simulated onboarding",
        f"Account {account.id} ({account.email or 'no e-mail'}) in {account.country}.",
        (f"/onboarding/{link.id}/complete", "Complete"),
        (f"/onboarding/{link.id}/leave", "Leave for later"),
    )


async def finish(request: web.Request) -> web.StreamResponse:
    """Complete or leave the onboarding, and go back to the platform."""
    world = simulator(request).world
    link = world.store.account_links.get(request.match_info["id"])
    if link is None:
        raise web.HTTPNotFound(text="no such link")
    if request.match_info["action"] == "complete":
        account = world.store.accounts[link.subject]
        act(request, lambda: accounts.complete(world, account))
    raise web.HTTPSeeOther(link.return_url or "/")


async def authentication(request: web.Request) -> web.StreamResponse:
    """Show the bank's question of 3-D Secure."""
    intent, secret = request.match_info["id"], request.match_info["secret"]
    row = simulator(request).world.store.payment_intents.get(intent)
    if row is None or row.secret != secret:
        raise web.HTTPNotFound(text="no such payment")
    return page(
        "Simulated 3-D Secure",
        f"Approve {row.amount} {row.currency}?",
        (f"/authenticate/{intent}/{secret}/succeeded", "Approve"),
        (f"/authenticate/{intent}/{secret}/failed", "Refuse"),
    )


async def authenticated(request: web.Request) -> web.StreamResponse:
    """Take the card holder's answer, and go back to the shop."""
    world = simulator(request).world
    row = world.store.payment_intents.get(request.match_info["id"])
    if row is None or row.secret != request.match_info["secret"]:
        raise web.HTTPNotFound(text="no such payment")
    passed = request.match_info["outcome"] == "succeeded"
    act(request, lambda: confirmation.authenticate(world, row, passed=passed))
    target = row.return_url or "/"
    mark = "&" if "?" in target else "?"
    raise web.HTTPSeeOther(f"{target}{mark}payment_intent={row.id}")


ROUTES = [
    web.get("/onboarding/{id}", onboarding),
    web.post("/onboarding/{id}/{action}", finish),
    web.get("/authenticate/{id}/{secret}", authentication),
    web.post("/authenticate/{id}/{secret}/{outcome}", authenticated),
]
