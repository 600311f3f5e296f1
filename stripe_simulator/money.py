"""Currencies and amounts: minimum charges, exponents, and how amounts are written in messages."""

from __future__ import annotations

from stripe_simulator.words import words

ZERO_DECIMAL = frozenset(words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"))
THREE_DECIMAL = frozenset(words("bhd jod kwd omr tnd"))
WHOLE_HUNDREDS = frozenset({"isk", "ugx"})  # two decimals on the wire, always 00
CURRENCIES = (
    frozenset(
        words(
            "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd "
            "bwp byn bzd cad cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp "
            "gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd "
            "kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad "
            "ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek "
            "sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx usd uyu uzs "
            "wst xcd yer zar zmw"
        )
    )
    | ZERO_DECIMAL
    | THREE_DECIMAL
)
MINIMUM = {
    "usd": 50,
    "eur": 50,
    "gbp": 30,
    "jpy": 50,
    "aud": 50,
    "cad": 50,
    "chf": 50,
    "nzd": 50,
    "sgd": 50,
    "brl": 50,
    "inr": 50,
    "dkk": 250,
    "nok": 300,
    "sek": 300,
    "hkd": 400,
    "mxn": 1000,
    "pln": 200,
    "czk": 1500,
    "ron": 200,
    "bgn": 100,
    "huf": 17500,
    "aed": 200,
    "myr": 200,
    "thb": 1000,
}  # minor units
MAXIMUM = 99_999_999  # minor units; eight digits
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
COUNTRY_CURRENCY = {
    "US": "usd",
    "GB": "gbp",
    "CA": "cad",
    "JP": "jpy",
    "CH": "chf",
    "AU": "aud",
    "NZ": "nzd",
    "SE": "sek",
    "NO": "nok",
    "DK": "dkk",
    "PL": "pln",
    "SG": "sgd",
    "MX": "mxn",
    "BR": "brl",
    "HK": "hkd",
    "CZ": "czk",
    "HU": "huf",
    "RO": "ron",
    "TH": "thb",
}
EURO_COUNTRIES = frozenset(words("AT BE BG HR CY EE FI FR DE GR IE IT LV LT LU MT NL PT SK SI ES"))


def exponent(currency: str) -> int:
    """Return how many decimals the wire amount of this currency has."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def minimum(currency: str) -> int:
    """Return the smallest charge in minor units."""
    return MINIMUM.get(currency, 1)


def shown(amount: int, currency: str) -> str:
    """Write minor units for a message: 7000 eur is €70.00, 500 jpy is ¥500."""
    digits = exponent(currency)
    number = f"{amount / 10**digits:,.{digits}f}"
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{number} {currency}"


def currency_of(country: str) -> str:
    """Return the default currency of a country."""
    return "eur" if country in EURO_COUNTRIES else COUNTRY_CURRENCY.get(country, "usd")
