"""Card numbers and deceptive characters in text from outside."""

from typing import Any

import pytest

from app.errors import Problem
from app.input.free_text import check_texts, holds_card_number, refuse_card_numbers

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
