"""Client address: every header a caller or a proxy may send."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.http.input.client_address import MAX_HOPS, client_address, parse_hop, subscriber

PROXY = "10.0.0.1"
TRUSTED = tuple(ip_network(n) for n in ("10.0.0.0/8", "fd00::/8", "127.0.0.1/32"))
CLIENT = "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        # nobody in between, or nobody we trust: the header says nothing
        (CLIENT, [], CLIENT),
        (CLIENT, ["198.51.100.1"], CLIENT),
        (CLIENT, ["10.0.0.7"], CLIENT),
        ("::ffff:203.0.113.9", ["198.51.100.1"], CLIENT),
        # our proxies
        (PROXY, [], PROXY),
        (PROXY, [CLIENT], CLIENT),
        (PROXY, [f"198.51.100.1, {CLIENT}"], CLIENT),
        (PROXY, ["198.51.100.1", CLIENT], CLIENT),
        (PROXY, [f"{CLIENT}, 10.0.0.2, 10.0.0.3"], CLIENT),
        (PROXY, [CLIENT, "10.0.0.2,10.0.0.3"], CLIENT),
        (PROXY, [f"10.0.0.9, {CLIENT}, 10.0.0.2"], CLIENT),
        ("::ffff:10.0.0.1", [CLIENT], CLIENT),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
        ("127.0.0.1", [CLIENT], CLIENT),
        # all of them ours: a caller from inside
        (PROXY, ["10.0.0.5, 10.0.0.2"], "10.0.0.5"),
        # ports, brackets, space, empty elements
        (PROXY, [f"{CLIENT}:443"], CLIENT),
        (PROXY, ["[2001:db8::1]:443"], "2001:db8::1"),
        (PROXY, ["[2001:db8::1]"], "2001:db8::1"),
        (PROXY, [f" \t{CLIENT}\t "], CLIENT),
        (PROXY, [f",, {CLIENT} ,,"], CLIENT),
        (PROXY, ["", ",", "  "], PROXY),
        (PROXY, ["::ffff:203.0.113.9"], CLIENT),
        # what is no address ends the walk at the last good hop
        (PROXY, ["unknown"], PROXY),
        (PROXY, ["_hidden"], PROXY),
        (PROXY, [f"{CLIENT}, unknown"], PROXY),
        (PROXY, [f"{CLIENT}, garbage, 10.0.0.2"], "10.0.0.2"),
        (PROXY, [f"garbage, {CLIENT}"], CLIENT),
        (PROXY, [f'"{CLIENT}"'], PROXY),
        (PROXY, ["203.0.113.009"], PROXY),
        (PROXY, ["203.0.113"], PROXY),
        (PROXY, ["3405803785"], PROXY),
        (PROXY, ["0x7f.1"], PROXY),
        (PROXY, ["203.0.113.9:"], PROXY),
        (PROXY, ["203.0.113.9:http"], PROXY),
        (PROXY, ["203.0.113.9:4٤3"], PROXY),
        (PROXY, ["[203.0.113.9]:443"], PROXY),
        (PROXY, ["[2001:db8::1"], PROXY),
        (PROXY, ["[2001:db8::1]x"], PROXY),
        (PROXY, ["fe80::1%eth0"], PROXY),
        (PROXY, ["for=203.0.113.9"], PROXY),
        (PROXY, ["203.0.113.9; 198.51.100.1"], PROXY),
        (PROXY, ["203.0.113.9 198.51.100.1"], PROXY),
        # too many hops: the rest is not looked at
        (PROXY, [f"{CLIENT}," + "10.0.0.2," * MAX_HOPS], "10.0.0.2"),
        # a local socket has no address
        (None, [CLIENT], None),
        ("", [CLIENT], None),
    ],
)
def test_the_client(peer: str | None, forwarded: list[str], client: str | None) -> None:
    """The right-most hop that is not ours; never what the caller made up."""
    found = client_address(peer, forwarded, TRUSTED)
    assert (str(found) if found else None) == client


def test_nobody_is_trusted_unless_named() -> None:
    """Without TRUSTED_PROXY_IPS the connection's own address counts, loopback too."""
    assert str(client_address("127.0.0.1", [CLIENT], ())) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_who_is_counted(address: str, counted: str) -> None:
    """An IPv6 subscriber by its /64."""
    assert subscriber(parse_hop(address)) == counted
    assert subscriber(None) == "local"


@given(st.lists(st.text(alphabet="0123456789abcdef.:[], \t%;\x00é", max_size=60), max_size=4))
def test_no_header_raises(forwarded: list[str]) -> None:
    """And the answer is never a trusted address the caller made up on its own."""
    assert client_address(PROXY, forwarded, TRUSTED) is not None
    assert str(client_address(CLIENT, forwarded, TRUSTED)) == CLIENT
