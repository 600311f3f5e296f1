"""Client address: the right-most hop that is not a proxy of ours.

`X-Forwarded-For` is read from the right: only what our own proxies appended can be believed, and
what a caller puts there itself stands further left. It is not read at all when the peer is not
a trusted proxy.
"""

from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

MAX_HOPS = 32
"""More proxies than anybody has: what stands beyond is not looked at."""

SUBSCRIBER_BITS = 64
"""An IPv6 subscriber has a network of its own, with more addresses than there are counters."""


def client_address(peer: str | None, forwarded: Iterable[str], trusted: Networks) -> Address | None:
    """The client's address.

    A hop that is no address ends the walk: the answer is the last good one, which is a proxy of
    ours. Empty list elements do not count (RFC 9110, 5.6.1).

    Args:
        peer: of the connection; None on a local socket.
        forwarded: every X-Forwarded-For field, in order.
        trusted: networks of our proxies.

    Returns:
        None when the connection has no address.
    """
    address = parse_hop(peer or "")
    if address is None or not _is_in(address, trusted):
        return address
    hops = [hop for hop in ",".join(forwarded).split(",") if hop.strip(" \t")]
    for hop in reversed(hops[-MAX_HOPS:]):
        found = parse_hop(hop)
        if found is None:
            return address
        address = found
        if not _is_in(address, trusted):
            return address
    return address


def is_proxy(peer: str | None, trusted: Networks) -> bool:
    """Whether the other end of a connection is one of our proxies."""
    address = parse_hop(peer or "")
    return address is not None and _is_in(address, trusted)


def parse_hop(text: str) -> Address | None:
    """One hop: an address, with or without a port; None when it is neither."""
    text = text.strip(" \t")
    if text.startswith("["):
        text, closed, port = text[1:].partition("]")
        if ":" not in text or not closed or (port and not _is_port(port.removeprefix(":"))):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(port):
            return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return None
        return address.ipv4_mapped or address
    return address


def subscriber(address: Address | None) -> str:
    """Whom an address stands for when requests are counted: itself, or its IPv6 /64."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, SUBSCRIBER_BITS), strict=False))
    return str(address or "local")


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5  # noqa: PLR2004 -- 65535


def _is_in(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks)
