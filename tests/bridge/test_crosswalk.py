"""The same digits mean different things in the two national tables."""

from __future__ import annotations

from bridge import catalogue
from bridge.catalogues.crosswalk import NEW, OLD, VERSIONS, crosswalk

CODES = catalogue.load()


def test_dangers_keep_their_meaning_and_lose_their_digits() -> None:
    """路面塌陷 is 0401 here and 0505 there, where 0401 is a hawker."""
    cave_in = (OLD, "2007", "event", "0401")
    assert crosswalk()[cave_in] == (NEW, "2013", "event", "0505")
    hawker = CODES.get(NEW, "2013", "0401", "event")
    assert hawker is not None
    assert hawker.name == "无照经营游商"
    assert crosswalk()[NEW, "2013", "event", "0505"] == cave_in


def test_digits_that_are_a_part_and_an_event() -> None:
    assert CODES.get(NEW, "2013", "0101") is None
    part, event = (CODES.get(NEW, "2013", "0101", kind) for kind in ("part", "event"))
    assert part is not None
    assert event is not None
    assert (part.name, event.name) == ("上水井盖", "私搭乱建")


def test_every_match_is_a_code_of_the_other_table_and_of_the_same_kind() -> None:
    for one, other in crosswalk().items():
        assert one[0] != other[0]
        assert one[2] == other[2]
        for scheme, version, kind, code in (one, other):
            assert CODES.get(scheme, version, code, kind), (scheme, code)
    assert {scheme for scheme, *_rest in crosswalk()} == set(VERSIONS)
