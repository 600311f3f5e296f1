"""Venues, artists and promoters join: through our API, then on Stripe's pages."""

import asyncio

from local.demo.browser import Browser
from local.demo.plan import MARKETPLACES, Marketplace, Payee
from local.demo.service import Caller, Json, Service

OFFICE_ADDRESS = "10.255.0.1"


def office(market: Marketplace) -> Caller:
    """The back office of a marketplace."""
    return Caller(market.tenant, "back-office", OFFICE_ADDRESS)


async def open_accounts(service: Service, browser: Browser) -> dict[Payee, Json]:
    """Open an account for every payee; those who are ready complete their onboarding."""
    payees = [(market, payee) for market in MARKETPLACES for payee in market.payees]
    accounts = await asyncio.gather(
        *(_open(service, browser, market, payee) for market, payee in payees)
    )
    return {payee: account for (_, payee), account in zip(payees, accounts, strict=True)}


async def _open(service: Service, browser: Browser, market: Marketplace, payee: Payee) -> Json:
    body = {
        "recipientType": payee.kind,
        "recipientId": payee.id,
        "email": f"{payee.id}@example.com",
        "country": market.country,
        "businessName": payee.name,
    }
    account = await service.post(
        office(market), "/api/v1/connected-accounts", body, f"account-{payee.id}"
    )
    if payee.ready:
        await browser.onboard(account["onboardingUrl"])
    return account


async def enable_late(
    service: Service, browser: Browser, accounts: dict[Payee, Json]
) -> list[Payee]:
    """Let those who had not been ready ask for a fresh link and complete it; return them."""
    late = [payee for payee in accounts if not payee.ready]
    for payee in late:
        market = next(m for m in MARKETPLACES if m.tenant == payee.tenant)
        path = f"/api/v1/connected-accounts/{accounts[payee]['id']}/onboarding-links"
        link = await service.post(office(market), path, {}, f"late-link-{payee.id}")
        await browser.onboard(link["onboardingUrl"])
    return late
