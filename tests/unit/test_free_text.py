"""Card numbers and deceptive characters in text from outside."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Problem
from app.http.input.free_text import (
    _ISSUED,
    MAX_FAULTS,
    check_texts,
    holds_card_number,
    refuse_card_numbers,
)

VISA = "4242424242424242"


@pytest.mark.parametrize(
    "text",
    [
        VISA,
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "5105.1051.0510.5100",
        "2223003122003222",
        "2200 0000 0000 0004",
        "3782 822463 10005",
        "30569309025904",
        "3566002020360505",
        "6011 1111 1111 1117",
        "6200000000000005",
        "8171999927660000",
        "4222222222222",
        "4000000000000000006",
        f"card{VISA}exp1226",
        f"cc{VISA}",
        f"{VISA} 12/26 123",
        f"order 17, {VISA}",
        f"+{VISA}",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "4242 - 4242 - 4242 - 4242",
        "4242\n4242\t4242\r4242",
        "4242\u00a04242\u20134242\u200b4242",
        "４２４２４２４２４２４２４２４２",  # noqa: RUF001 -- fullwidth on purpose
        "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
        "④②④②④②④②④②④②④②④②",
        "𝟒𝟐𝟒𝟐 𝟒𝟐𝟒𝟐 𝟒𝟐𝟒𝟐 𝟒𝟐𝟒𝟐",  # noqa: RUF001 -- bold on purpose
        "4̲2̲4̲2̲4̲2̲4̲2̲4̲2̲4̲2̲4̲2̲4̲2̲",
    ],
)
def test_a_card_number_is_seen(text: str) -> None:
    """However it is grouped, in whatever script, with whatever around it."""
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "order-1",
        "4242424242424241",
        "424242424242",
        "42424242424242424242",
        "1763937759123",
        "1763937759123456004",
        "2026-11-23 22:45:12.123456",
        "42424242-4242-4242-4242-424242424242",
        "4242424242424242424242424242424a",
        "6e1f4242424242424242c0de",
        "a" * 48 + VISA,
        "+49 1512 3456786",
        "10.0.0.1, 192.168.100.200",
        "pi_3Xy4242abc4242",
        "0000000000000000",
    ],
)
def test_what_is_no_card_number(text: str) -> None:
    """Times, ids, digests, phone numbers, numbers that fail Luhn or that no issuer has."""
    assert not holds_card_number(text)


def luhn(body: str) -> str:
    """A number with the check digit that makes it valid."""
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(body))]
    return body + str(-sum(n - 9 * (n > 9) for n in doubled) % 10)


NETWORKS = {
    "visa": (("4000", "4539", "4999"), (13, 16, 18, 19)),
    "mastercard": (("51", "55", "2221", "2300", "2699", "2719", "2720"), (16,)),
    "amex": (("34", "37"), (15,)),
    "diners": (("300", "305", "309", "36", "38", "39"), (14, 16, 19)),
    "discover": (("6011", "644", "649", "65", "622126", "622925"), (16, 19)),
    "jcb": (("3528", "3589"), (16, 19)),
    "jcb, old": (("1800", "2131"), (15,)),
    "unionpay": (("62", "81"), (16, 17, 18, 19)),
    "maestro": (("5018", "5020", "5038", "56", "58", "60", "6304", "6759", "69"), (13, 15, 16, 19)),
    "rupay": (("508500", "606985", "652150", "817200", "820000", "353000", "356000"), (16,)),
    "mir": (("2200", "2204"), (16, 19)),
    "elo, hipercard": (
        ("401178", "506699", "509000", "636297", "650031", "606282", "384100"),
        (16,),
    ),
    "others": (("8600", "9860", "9792", "2205", "506099"), (16,)),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_is_known(network: str) -> None:
    """First and last issuers of each, in each length, with low and high account numbers."""
    prefixes, lengths = NETWORKS[network]
    for prefix in prefixes:
        for length in lengths:
            for filler in "059":
                number = luhn(prefix.ljust(length - 1, filler))
                assert holds_card_number(f"ref {number}."), number


STRANGE = (
    "0 10 17 2000 2199 2206 2220 2721 28 301 31 33 3527 3590 34 37 4 51 59 70 80 83 8601 90 9791 99"
)


@pytest.mark.parametrize("start", STRANGE.split())
def test_what_no_issuer_has_passes(start: str) -> None:
    """Valid by Luhn, but with first digits, or of a length, that no network gives out."""
    length = {"301": 13, "34": 16, "37": 16, "4": 15, "51": 15}.get(start, 16)
    for filler in "0359":
        number = luhn(start.ljust(length - 1, filler))
        assert not holds_card_number(f"order {number}"), number


@given(st.lists(st.integers(0, 10**7).map(str), min_size=1, max_size=12), st.sampled_from(" -"))
def test_no_neighbouring_groups_are_overlooked(groups: list[str], separator: str) -> None:
    """As many as make 13 to 19 digits, wherever they stand: as found by trying each of them."""
    tried = [
        "".join(groups[i:j]) for i in range(len(groups)) for j in range(i + 1, len(groups) + 1)
    ]
    cards = [
        digits
        for digits in tried
        for first, last, lengths in _ISSUED
        if len(digits) in lengths and first <= int(digits[: len(str(first))]) <= last
        if luhn(digits[:-1]) == digits
    ]
    assert holds_card_number(separator.join(groups)) is bool(cards)


@pytest.mark.parametrize("digits", ["0 ", "1 ", "4-", "6 1 ", "\u0660 "])
def test_a_body_of_digits_holds_nobody_up(digits: str) -> None:
    """64 KiB of groups, each the beginning of seven numbers: a tenth of a second at most."""
    text = (digits * 65_536)[: 65_536 // len(digits.encode()) * len(digits)]
    started = time.process_time()
    holds_card_number(text)
    assert time.process_time() - started < 0.5


def fault(document: Any) -> Problem:
    """The problem a document gives."""
    with pytest.raises(Problem) as caught:
        check_texts(document)
    return caught.value


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"note": VISA}, "/note"),
        ({"metadata": {"card": f"x {VISA}"}}, "/metadata/card"),
        ({"metadata": {VISA: "x"}}, "/metadata"),
        ({VISA: {"a": VISA}}, ""),
        ({"splits": [{}, {"recipientId": VISA}]}, "/splits/1/recipientId"),
        ({"cardNumber": int(VISA)}, "/cardNumber"),
        ({"cardNumber": float(VISA)}, "/cardNumber"),
        ({"a": [[VISA]]}, "/a/0/0"),
        (VISA, ""),
    ],
)
def test_a_card_number_is_pointed_to_and_not_repeated(document: Any, pointer: str) -> None:
    """In values, keys and numbers; the answer holds no digit of it."""
    problem = fault(document)
    assert problem.code == "card_data_not_allowed"
    assert [error["pointer"] for error in problem.errors] == [pointer]
    assert "4242" not in str(problem.errors)


@pytest.mark.parametrize("character", "\x01\x1b\x7f\x85\u061c\u200e\u202e\u2066\u2069\ud800")
def test_deceptive_characters_are_refused(character: str) -> None:
    """Controls, and everything that changes the direction of text; all places are told."""
    problem = fault({"b": ["fine", f"x{character}"], f"k{character}": "y"})
    assert problem.code == "validation_failed"
    assert {error["pointer"] for error in problem.errors} == {"", "/b/1"}


def test_ordinary_text_passes() -> None:
    """Line breaks, emoji with joiners, scripts written from right to left."""
    check_texts({"note": "a\n\tb\r\n", "name": "שלום 👩‍🎤", "n": [1, 2.5, None, True], "e": {}})


def test_loose_texts() -> None:
    """Parts of a request outside its document."""
    refuse_card_numbers(["event-1", ""])
    with pytest.raises(Problem) as caught:
        refuse_card_numbers(["event-1", VISA])
    assert caught.value.code == "card_data_not_allowed"


def test_an_answer_is_not_many_times_its_request() -> None:
    """However many texts deceive, no more are told than anybody reads."""
    assert len(fault(["\x01"] * 10_000).errors) == MAX_FAULTS
