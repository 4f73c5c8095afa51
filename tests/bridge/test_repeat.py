"""Repeat appeals: what is found by what, what weighs how much, and that what half the city shares is no reason."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge import repeat
from bridge.gazetteer.coordinates import Crs, Point, convert, metres
from bridge.repeat import LEAST, NEAR_METRES, Matter, Reason, TraitKind, looked_for, traits, traits_of, weigh
from bridge.ticket import Place, Subject
from tests.bridge.made import ticket

HERE = Point(118.1, 24.47, Crs.WGS84)
LIGHT = Subject("CJ/T 214", "2007", "0303", "part", "D-17")


def test_traits_of_a_ticket() -> None:
    """Nothing of whose it is; a position known within a kilometre only is none."""
    place = Place("湖滨南路 12 号", "思明区湖滨南路12号", 118.101, 24.473, "WGS84", "C", "350203008001001")
    kinds = sorted((str(one.kind), one.value) for one in traits_of(ticket(subject=LIGHT, place=place)))
    assert kinds == [
        ("address", "思明区湖滨南路12号"), ("address", "湖滨南路12号"), ("cell", "350203008001001 part 0303"), ("object", "d-17"),
        ("slot", "59050 12236"),
    ]  # fmt: skip
    rough = Place(lng=118.1, lat=24.47, crs="WGS84", accuracy="D")
    assert traits_of(ticket(place=rough)) == frozenset()
    assert traits_of(ticket(place=Place(lng=118.1, lat=24.47, crs="nonsense"))) == frozenset()


@given(
    st.floats(117.9, 118.4),
    st.floats(24.4, 24.9),
    st.floats(-120, 120),
    st.floats(-120, 120),
    st.sampled_from(list(Crs)),
)
def test_whatever_is_near_is_looked_at(lng: float, lat: float, side: float, up: float, crs: Crs) -> None:
    """Its slot is among those that are walked, in whatever system either was written."""
    asked = Point(lng, lat, Crs.WGS84)
    other = Point(lng + side / 101_000, lat + up / 111_000, Crs.WGS84)
    found = traits(Matter(at=convert(other, crs)))
    if metres(asked, other) <= NEAR_METRES:
        assert found <= looked_for(Matter(at=asked))
        assert Reason.NEAR in weigh(Matter(at=asked), Matter(at=convert(other, crs)), same_caller=False).reasons


def test_one_good_reason_is_enough() -> None:
    thing = Matter(part_id="D-17")
    assert weigh(thing, Matter(part_id="d-17"), same_caller=False).score >= LEAST
    assert weigh(thing, Matter(), same_caller=True).score >= LEAST
    assert (
        weigh(Matter(addresses=("湖滨南路12号",)), Matter(addresses=("", "湖滨南路 12 号")), same_caller=False).score
        >= LEAST
    )


def test_what_half_the_city_shares_is_none() -> None:
    """The same code, or the same cell: not by itself, but together."""
    code, cell = {"code": "0303", "code_kind": "part", "scheme": "s"}, {"grid_code": "350203008001001"}
    assert weigh(Matter(**code), Matter(**code), same_caller=False).score < LEAST  # type: ignore[arg-type]
    assert weigh(Matter(**cell), Matter(**cell), same_caller=False).score < LEAST  # type: ignore[arg-type]
    both = Matter(**code, **cell)  # type: ignore[arg-type]
    assert weigh(both, both, same_caller=False).score >= LEAST


def test_the_same_digits_of_another_kind_are_another_code() -> None:
    part, event = Matter(code="0101", code_kind="part", scheme="s"), Matter(code="0101", code_kind="event", scheme="s")
    assert weigh(part, event, same_caller=False).reasons == ()


def test_reasons_are_told_the_heaviest_first() -> None:
    """Of place only the best counts: a cell, an address and a distance are one thing said three times."""
    one = Matter("", "D-17", "0303", "part", "s", ("湖滨南路12号",), "350203008001001", HERE)
    found = weigh(one, one, same_caller=True)
    assert found.reasons == (Reason.OBJECT, Reason.ADDRESS, Reason.NEAR, Reason.CALLER, Reason.CODE, Reason.CELL)
    assert (found.score, found.metres) == (60 + 35 + 30 + 25, 0.0)


def test_the_likeliest_first_then_the_newest() -> None:
    weighed = [
        (name, repeat.Weighed(score, (), None)) for name, score in (("1", 40.0), ("2", 60.0), ("3", 40.0), ("4", 29.0))
    ]
    assert [name for name, _one in repeat.best(weighed, 10)] == ["2", "3", "1"]
    assert len(repeat.best(weighed, 1)) == 1


def test_a_short_address_is_no_place() -> None:
    assert not traits(Matter(addresses=("路口", "A区")))
    assert {one.kind for one in traits(Matter(addresses=("湖滨南路",)))} == {TraitKind.ADDRESS}
