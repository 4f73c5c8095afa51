"""The dialplan's reading of a number and the daemon's are one: ``render/national_numbers.py`` on a real Asterisk beside ``cti/numbers.py``."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from cti.numbers import Numbers, of_settings
from hotline.lab.phones import refusing

from .alone import Alone, alone, extra

pytestmark = pytest.mark.live

PEOPLE = (
    *(
        "13800000001",
        "19912345678",
        "05922000001",
        "059262345678",
        "01062345678",
        "02112345678",
        "05957654321",
        "07712345678",
    ),
    *("12320", "12345", "110", "120", "95588", "4008123123", "8008201234", "8001", "+886912345678", "+85221234567"),
    *("+12025550123", "+442079460000"),
)
AS_IT_COMES = (
    *(
        "anonymous",
        "0",
        "00000000",
        "-1",
        "",
        "+",
        "+86",
        "1",
        "+1",
        "86",
        "000",
        "*",
        "8612319",
        "8659212319",
        "+8659212319",
    ),
    *(
        "+4000000001",
        "+8004000001",
        "01000000001",
        "864008123123",
        "+86114",
        "0592114",
        "+059212345",
        "+05922000001",
        "+086013800000001",
        "+008613800000001",
        "2000001",
    ),
    *(
        "62345678",
        "17951013800000001",
        "17909059220000012",
        "086013800000001",
        "08613800000001",
        "00085212345678",
        "059295588",
    ),
    *(
        "008640081231",
        "+8601062345678",
        "8601062345678",
        "106575258888",
        "1062345678",
        "10622345678",
        "8007",
        "999",
        "12319001",
    ),
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(tmp_path_factory.mktemp("alone")) as one:
        yield one


async def test_every_spelling_is_folded_as_the_daemon_reads_it(here: Alone) -> None:
    """All that ``variants`` lists, as it is left when a URI's signs are filtered out, and what carriers write for nobody."""
    numbers = of_settings(here.settings)
    written = list(dict.fromkeys(filter(_is_digits, (*_spellings(numbers), *AS_IT_COMES))))
    assert len(written) > 200
    etc = here.places.asterisk_etc / "extensions.conf"
    steps = [
        f" same => n,Gosub(national,s,1({one}))\n same => n,CELGenUserEvent(FOLDED,${{GOSUB_RETVAL}})"
        for one in written
    ]
    test = ["[national-test]", "exten => s,1,NoOp()", *steps, " same => n,Hangup(17)"]
    reached = ["[seats](+)", "exten => *77,1,Goto(national-test,s,1)"]
    etc.write_text("\n".join([etc.read_text(encoding="utf-8"), *test, *reached, ""]), encoding="utf-8")
    here.cli("dialplan reload")
    folded = dict(zip(written, await _run(here, len(written)), strict=True))
    expected = {one: numbers.read(one).national for one in written}
    assert folded == expected


def _is_digits(text: str) -> bool:
    return all(letter in "0123456789+*#" for letter in text)


def _spellings(numbers: Numbers) -> Iterator[str]:
    chance = random.Random(12319)
    mobiles = [f"1{chance.choice('3456789')}{chance.randrange(10**9):09}" for _ in range(12)]
    fixed = [f"0592{chance.choice('2345678')}{chance.randrange(10**6):06}" for _ in range(8)]
    for one in (*PEOPLE, *mobiles, *fixed):
        for form in numbers.variants(one):
            bare = form.removeprefix("tel:").removeprefix("sip:").partition("@")[0]
            yield "".join(letter for letter in bare if letter not in " -()（）")


async def _run(here: Alone, most: int) -> list[str]:
    async with here.rack("desk") as desk:
        secret = here.secrets["sip-8006"]
        await desk.register("8006", secret, refusing())
        call = await desk.dial("*77", caller="8006", secret=secret)
        await call.until_ended(30)
        await here.until(lambda: len(_told(here)) == most)
    return _told(here)


def _told(here: Alone) -> list[str]:
    return [extra(row[19]) for row in here.rows() if row[18] == "FOLDED"]


@pytest.mark.parametrize(
    ("dialled", "goes_out"),
    [
        ("+8613806020008", "13806020008"), ("008613806020008", "13806020008"), ("013806020008", "13806020008"),
        ("2000001", "05922000001"), ("+8605922000001", "05922000001"), ("865922000001", "05922000001"), ("059212345", "12345"),
        ("01000000001", "01000000001"), ("0085221234567", None), ("+85221234567", None), ("+13806020008", None), ("00000000", None),
    ],
)  # fmt: skip
async def test_a_telephone_dials_the_national_form(here: Alone, dialled: str, goes_out: str | None) -> None:
    """What a desk phone's own keys or contacts dial is held against the rules and sent out in one form (A6, A9)."""
    async with here.rack("telecom") as telecom, here.rack("unicom"), here.rack("desk") as desk:
        telecom.take("", refusing(486))
        await here.until(lambda: here.cli("pjsip show contacts").count("Avail") == 2, 15)
        secret = here.secrets["sip-8006"]
        await desk.register("8006", secret, refusing())
        here.cli("devstate change Custom:seat-8006 INUSE")
        call = await desk.dial(dialled, caller="8006", secret=secret)
        await call.until_ended(30)
        assert [one.dialled for one in telecom.calls] == ([goes_out] if goes_out else [])
        assert goes_out or call.code in (403, 404)
    told = [extra(row[19]) for row in here.rows() if row[18] == "DIALLED"]
    assert not goes_out or told[-1] == goes_out
