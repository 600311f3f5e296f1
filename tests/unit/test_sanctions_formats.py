"""Formats of sanctions lists: what is read of each layout, and what is refused."""

import pytest

from app.commands.sanctions.formats import FormatError, Listed, read_ofac, read_opensanctions
from app.http.input.transliteration import transliterate

OFAC = (
    '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n',
    (
        '7157,"SMITH, John","individual","SDGT","Chief",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
        "\"DOB 1960; a.k.a. 'SMYTHE, Jon'; f.k.a. 'JOHNNY'.\"\r\n"
    ),
    "\x1a",
)
OPEN = (
    "id,schema,name,aliases,birth_date,countries,sanctions,dataset\n",
    'Q1,Person,Владимир Петров,"Wladimir Petroff;V. P.",1960,ru,,Wikidata Politically Exposed\n',
    "Q2,Company,Golden Star,,,cy,EU - 2022,EU list\n",
    "Q3,Person,Somebody,,,,,Interpol\n",
)


def test_ofac_rows_with_aliases() -> None:
    """Name, aliases from the remarks, and what helps to decide; the end mark is no row."""
    assert list(read_ofac(OFAC)) == [
        Listed("36", ("AEROCARIBBEAN AIRLINES",), "sanction", "CUBA"),
        Listed(
            "7157",
            ("SMITH, John", "SMYTHE, Jon", "JOHNNY"),
            "sanction",
            "individual; SDGT; Chief; DOB 1960; a.k.a. 'SMYTHE, Jon'; f.k.a. 'JOHNNY'.",
        ),
    ]


def test_opensanctions_rows_say_why_they_are_listed() -> None:
    """Sanctioned, politically exposed, or neither."""
    entries = list(read_opensanctions(OPEN))
    assert [entry.listed_as for entry in entries] == ["pep", "sanction", "other"]
    assert entries[0].names == ("Владимир Петров", "Wladimir Petroff", "V. P.")


@pytest.mark.parametrize("reader", [read_ofac, read_opensanctions])
def test_another_file_is_refused(reader: object) -> None:
    """One clear error names what does not fit."""
    with pytest.raises(FormatError):
        list(reader(["a,b,c\n", "1,2,3\n"]))  # type: ignore[operator]


@pytest.mark.parametrize("row", ["Q4,Person,Some", "Q4,Person,A,,,,,EU list,more\n"])
def test_a_row_that_was_cut_is_refused(row: str) -> None:
    """Half a download would put half a list in force."""
    with pytest.raises(FormatError, match="line 5"):
        list(read_opensanctions([*OPEN, row]))


def test_names_of_other_scripts_become_latin() -> None:
    """The same for the lists and for those who are screened."""
    assert transliterate("Владимир Петров") == "Vladimir Petrov"
