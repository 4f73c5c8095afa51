"""A number tells who calls: one way of writing it, area, carrier, kind."""

from __future__ import annotations

import pytest

from agents.number_area_and_carrier import Kind, Party, party


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("13806010001", Party("13806010001", "厦门", "移动", Kind.MOBILE)),
        ("+8613806010001", Party("13806010001", "厦门", "移动", Kind.MOBILE)),
        ("8613805923001", Party("13805923001", "福建泉州", "移动", Kind.MOBILE)),
        ("013806010001", Party("13806010001", "厦门", "移动", Kind.MOBILE)),
        ("19905920000", Party("19905920000", "厦门", "电信", Kind.MOBILE)),
        ("17000000000", Party("17000000000", "北京", "电信", Kind.MOBILE)),
        ("05925550000", Party("05925550000", "厦门", "", Kind.LANDLINE)),
        ("5550000", Party("05925550000", "厦门", "", Kind.LANDLINE)),
        ("+865925550000", Party("05925550000", "厦门", "", Kind.LANDLINE)),
        ("01062345678", Party("01062345678", "北京", "", Kind.LANDLINE)),
        ("059512345678", Party("059512345678", "", "", Kind.UNKNOWN)),
        ("059522345678", Party("059522345678", "福建泉州", "", Kind.LANDLINE)),
        ("110", Party("110", kind=Kind.SHORT)),
        ("12345", Party("12345", kind=Kind.SHORT)),
        ("8001", Party("8001", kind=Kind.SHORT)),
        ("95588", Party("95588", kind=Kind.SERVICE)),
        ("4008123123", Party("4008123123", kind=Kind.SERVICE)),
        ("10086", Party("10086", kind=Kind.SERVICE)),
        ("+886912345678", Party("+886912345678", "台湾", "", Kind.UNKNOWN)),
        ("", Party("", kind=Kind.HIDDEN)),
        ("anonymous", Party("", kind=Kind.HIDDEN)),
        ("*43", Party("*43")),
        ("+", Party("", kind=Kind.HIDDEN)),
        ("00000000", Party("", kind=Kind.HIDDEN)),
        ("-1", Party("", kind=Kind.HIDDEN)),
        ("+4000000001", Party("4000000001", kind=Kind.SERVICE)),
        ("+8605922000021", Party("05922000021", "厦门", "", Kind.LANDLINE)),
    ],
)  # fmt: skip
def test_a_number_tells_who_calls(given: str, told: Party) -> None:
    """Whatever way the carrier writes it."""
    assert party(given) == told


def test_a_local_number_belongs_to_the_centres_own_area() -> None:
    """Seven digits mean another city elsewhere."""
    assert party("5550000", "0591").area == "福州"
