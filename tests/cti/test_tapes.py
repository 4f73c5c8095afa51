"""Tapes of a real Asterisk that knows nothing of us (tests/tapes): what the fold makes of them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti import events as ev
from cti.fold import Fold
from cti.numbering_plan import Plan
from hotline import cli
from hotline.verbs.tape import as_json, events_of
from tests.sampling import examples

TAPES = Path(__file__).parent.parent / "tapes"
CITIZEN = "13800138000"


@cache
def tape(name: str) -> bytes:
    return gzip.decompress((TAPES / f"{name}.tape.gz").read_bytes())


def folded(pieces: Iterator[bytes]) -> tuple[Fold, list[ev.Event]]:
    fold = Fold(Plan.foreign())
    return fold, list(events_of(pieces, fold))


@dataclass(frozen=True)
class Told:
    """What must be read off a tape. Offers: seat and how it ended; talks: seats in the order they began."""

    caller: str
    offers: str = ""
    talks: str = ""
    transfers: str = ""
    merged: int = 0
    by: str = "caller"
    queue: str = ""
    calls: int = field(default=1)


TOLD = {
    "plain": Told("101", offers="102:answered", talks="102"),
    "no_answer": Told(CITIZEN, offers="101:missed", by="system"),
    "busy": Told(CITIZEN, offers="101:refused", by="system"),
    "given_up": Told(CITIZEN, offers="101:withdrawn"),
    "to_the_world": Told("101", offers="trunk:answered", talks="trunk", by="seat"),
    "local_n": Told("101", offers="102:answered", talks="102"),
    "local_melts": Told("101", offers="102:answered", talks="102"),
    "blind_refer": Told(CITIZEN, offers="101:answered 102:answered", talks="101 102", transfers="blind:101>102"),
    "blind_feature": Told(CITIZEN, offers="101:answered 102:answered", talks="101 102", transfers="blind:101>102"),
    "blind_ami": Told(CITIZEN, offers="101:answered 102:answered", talks="101 102", transfers="blind:101>102"),
    "blind_by_caller": Told(
        "102", offers="101:answered 103:answered", talks="101 103 101", transfers="blind:102>103", by="seat"
    ),
    "attended_refer": Told(
        CITIZEN,
        offers="101:answered 102:answered",
        talks="101 102 102",
        transfers="attended:101>102",
        calls=2,
        merged=1,
    ),
    "attended_feature": Told(
        CITIZEN, offers="101:answered 102:answered", talks="101 101 102 102", transfers="attended:101>102"
    ),
    "attended_ami": Told(
        CITIZEN, offers="101:answered 102:answered", talks="101 101 102 102", transfers="attended:101>102"
    ),
    "attended_back": Told(CITIZEN, offers="101:answered 102:answered", talks="101 101 102 101"),
    "attended_refused": Told(CITIZEN, offers="101:answered 102:refused", talks="101 101"),
    "blonde_refer": Told(
        CITIZEN, offers="101:answered 102:answered", talks="101 102", transfers="blonde:101>102", calls=2, merged=1
    ),
    "blonde_feature": Told(CITIZEN, offers="101:answered 102:answered", talks="101 102", transfers="blonde:101>102"),
    "blonde_unanswered": Told(
        CITIZEN, offers="101:answered 102:refused", talks="101", transfers="blonde:101>102", calls=2
    ),
    "pickup_exten": Told(CITIZEN, offers="101:withdrawn 103:answered", talks="103", calls=2, merged=1),
    "pickup_app": Told("102", offers="101:withdrawn 103:answered", talks="103", calls=2, merged=1),
    "group": Told(CITIZEN, offers="102:answered 101:withdrawn 103:withdrawn", talks="102"),
    "originate_exten": Told("101", offers="102:answered", talks="102"),
    "originate_app": Told("101"),
    "originate_local": Told("", offers="101:answered 102:answered", talks="102 101", by="seat"),
    "originate_nobody": Told("101"),
    "queue_direct": Told(CITIZEN, offers="101:missed 102:answered", talks="102", queue="direct:answered"),
    "queue_local_n": Told(CITIZEN, offers="103:answered", talks="103", queue="through:answered"),
    "queue_local_melts": Told(CITIZEN, offers="103:answered", talks="103", queue="melting:answered"),
    "queue_all": Told(CITIZEN, offers="102:answered 101:withdrawn", talks="102", queue="all:answered"),
    "queue_pickup": Told(
        CITIZEN, offers="101:withdrawn 103:answered", talks="103", queue="direct:answered", calls=2, merged=1
    ),
    "queue_given_up": Told(CITIZEN, offers="101:withdrawn", queue="direct:abandoned"),
    "parked": Told(CITIZEN, offers="101:answered", talks="101 103", transfers="blind:101>700", calls=2, merged=1),
    "conference": Told("101", talks="103 103 102", calls=3, merged=2),
    "redirected": Told(CITIZEN, offers="101:answered 102:answered", talks="101 102"),
}


def read(events: list[ev.Event]) -> Told:
    """The same facts off the events; of several calls, the caller and the end of the first that was not merged."""
    arrived = [e for e in events if isinstance(e, ev.CallArrived)]
    merged = {e.merged for e in events if isinstance(e, ev.CallsMerged)}
    kept = next(e for e in arrived if e.call not in merged)
    (end,) = (e for e in events if isinstance(e, ev.CallEnded) and e.call == kept.call)
    talks = [e for e in events if isinstance(e, ev.TalkBegan)]
    assert end.talked == any(e.call == kept.call for e in talks)
    return Told(
        caller=kept.caller,
        offers=" ".join(f"{e.seat}:{e.result}" for e in events if isinstance(e, ev.OfferEnded)),
        talks=" ".join(e.seat for e in talks),
        transfers=" ".join(f"{e.kind}:{e.by}>{e.to}" for e in events if isinstance(e, ev.CallTransferred)),
        merged=len(merged),
        by=end.by,
        queue=" ".join(f"{e.queue}:{e.result}" for e in events if isinstance(e, ev.CallLeftQueue)),
        calls=len(arrived),
    )


def test_every_tape_has_its_story() -> None:
    """No tape lies about that no test reads."""
    assert {path.name.removesuffix(".tape.gz") for path in TAPES.glob("*.tape.gz")} == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_a_tape_is_told_as_it_happened(name: str) -> None:
    """Who called, who was asked, who talked, who sent the caller on to whom, and who ended it."""
    _, events = folded(iter([tape(name)]))
    assert read(events) == TOLD[name]


@pytest.mark.parametrize("name", TOLD)
def test_a_tape_leaves_nothing_open(name: str) -> None:
    """Arrivals and ends, offers and talks are balanced; board, bridges and links are empty."""
    fold, events = folded(iter([tape(name)]))

    def balance(begun: type[ev.CallArrived] | type[ev.CallOffered] | type[ev.TalkBegan], ended: type) -> None:
        key = "call" if begun is ev.CallArrived else "leg"
        opened = Counter(getattr(e, key) for e in events if isinstance(e, begun))
        assert opened == Counter(getattr(e, key) for e in events if isinstance(e, ended))

    balance(ev.CallArrived, ev.CallEnded)
    balance(ev.CallOffered, ev.OfferEnded)
    balance(ev.TalkBegan, ev.TalkEnded)
    assert Counter(e.call for e in events if isinstance(e, ev.CallEnded)).most_common(1)[0][1] == 1
    board = fold.board
    assert (board.calls, board.legs, board.bridges, board.linked) == ({}, {}, {}, {})
    over: set[str] = set()
    for event in events:
        call = getattr(event, "call", "")
        assert call not in over, f"{event} after the end of its call"
        if isinstance(event, ev.CallEnded):
            over.add(call)


@given(st.data())
@settings(max_examples=examples(25), deadline=None)
def test_however_the_bytes_are_cut(data: st.DataObject) -> None:
    """A tape in pieces of any size gives the events of the whole."""
    whole = tape(data.draw(st.sampled_from(sorted(TOLD))))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=40)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert folded(iter(pieces))[1] == folded(iter([whole]))[1]


@given(st.sampled_from(["attended_feature", "parked", "queue_local_melts"]), st.floats(0, 1))
@settings(max_examples=examples(25), deadline=None)
def test_a_tape_that_begins_in_the_middle(name: str, share: float) -> None:
    """What began before the tape is ignored or told whole: never an end without an arrival."""
    whole = tape(name)
    fold, events = folded(iter([whole[whole.find(b"\r\n\r\n", int(share * (len(whole) - 4))) + 4 :]]))
    arrived = Counter(e.call for e in events if isinstance(e, ev.CallArrived))
    ended = Counter(e.call for e in events if isinstance(e, ev.CallEnded))
    assert arrived == ended + Counter(fold.board.calls)


@pytest.mark.parametrize("packed", [False, True])
def test_replay_ends_with_the_counts(packed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``tape replay --json``: one object a line, the last one counts them; a packed tape will do."""
    path = TAPES / "blind_refer.tape.gz"
    if not packed:
        path = tmp_path / "blind_refer.tape"
        path.write_bytes(tape("blind_refer"))
    assert cli.main(["tape", "replay", str(path), "--json"]) == 0
    *lines, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    account = last.pop("messages")
    assert last == {"counts": dict(sorted(Counter(line["event"] for line in lines).items())), "open_calls": []}
    assert account == {
        "total": 162, "folded": 36, "passed_over": 126, "unknown": {}, "refused": {}, "ami": ["11.0.0"]
    }  # fmt: skip
    assert lines == [json.loads(json.dumps(as_json(e))) for e in folded(iter([tape("blind_refer")]))[1]]
