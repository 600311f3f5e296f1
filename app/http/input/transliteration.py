"""Transliteration to Latin letters, the same for the lists and for those who are screened."""

from anyascii import anyascii


def transliterate(name: str) -> str:
    """The name in ASCII; payments.name_normal does the rest."""
    return anyascii(name)
