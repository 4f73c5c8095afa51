"""Who is shown what, held against ``console.visibility.TABLE`` by every way there is out of the fake.

The routes come from the OpenAPI contract: each stands in ``SHOWS`` with the parts its answers can hold, or the
first test fails. Every call and ticket is about a citizen of its own, whose number, name and words are found
nowhere else: what an answer holds of them is what that person was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from agents.callback_list_rows import Attempt, TaskRow
from agents.callbacks import Result, State
from bridge.delivery_state import DeliveryState
from bridge.ports import Push
from bridge.repeat import Reason
from bridge.ticket import CallFacts, Person, Place, Ticket, TicketId
from console import masking, visibility
from console.access import RIGHTS, Right, Role, Scope
from console.authorization import BEARER, Who, who_of_program
from console.contract import shapes_of_all
from console.contract.rest import ParticipantOut
from console.live_state import Row as LiveRow
from console.live_state import View
from console.server import bare
from console.stream.shown_rows import Rows, view_of
from console.visibility import COLUMNS, TABLE, Part, Secrecy, Sees, Whose, sees
from cti.ids import CallId, SeatId
from cti.numbers import mask
from ledger.callers import Story
from ledger.history import Filed
from ledger.repeats import Repeat
from recordings.ids import RecordingId
from tests.console.test_permissions import ACTS, BODY, HEADER, QUERY
from tests.fakes.books import Sound, past, task
from tests.fakes.hotline import NOON, Call, FakeHotline, door, services
from tests.fakes.people import Phones, browser, command_line, populate, program, signed_in
from tests.fakes.said import said

C, K, T, B, N = "calls", "tickets", "own tickets", "call-backs", "graded numbers"
SHOWS: dict[tuple[str, str], str] = {
    **{
        ("GET", path): C
        for path in (
            *("/api/board", "/api/calls", "/api/calls/live", "/api/calls/{call}", "/api/calls/{call}/pop"),
            *("/api/my/day", "/api/my/calls", "/api/wall/calls", "/api/calls/csv", "/api/my/calls/csv"),
        )
    },
    **{
        ("GET", path): K
        for path in (
            *("/api/calls/{call}/tickets", "/api/tickets", "/api/tickets/{ticket}", "/api/my/tickets"),
            *("/api/dead-letters", "/api/wall/tickets"),
        )
    },
    ("POST", "/api/dead-letters/{ticket}/replay"): K,
    ("GET", "/api/tickets/search"): K,
    ("GET", "/api/tickets/search/csv"): K,
    ("GET", "/api/tickets/{ticket}/story"): K,
    ("GET", "/api/calls/{call}/progress"): K,
    ("POST", "/api/calls/{call}/tie"): K,
    **{("POST", f"/api/tickets/{{ticket}}/{act}"): K for act in ACTS},
    ("POST", "/api/attachments/{ticket}"): "",
    ("GET", "/api/attachments/{ticket}/{sha256}"): "",
    ("GET", "/api/partners"): "",
    ("POST", "/api/seats/{seat}/handover"): "",
    ("POST", "/api/seats/{seat}/handover/{handover}/accept"): "",
    ("POST", "/api/seats/{seat}/handover/{handover}/refuse"): "",
    ("GET", "/api/calls/{call}/handovers"): "",
    ("GET", "/api/mass-events"): "",
    ("POST", "/api/mass-events"): "",
    ("DELETE", "/api/mass-events/{event}"): "",
    ("GET", "/api/calls/{call}/repeats"): K,
    ("GET", "/api/places"): "",
    ("GET", "/api/places/at"): "",
    ("GET", "/api/places/divisions"): "",
    ("GET", "/api/places/outlines"): "",
    ("GET", "/api/tickets/{ticket}/text-messages"): "",
    ("POST", "/api/tickets/{ticket}/text-messages"): "",
    ("GET", "/api/callbacks"): B,
    ("GET", "/api/callbacks/csv"): B,
    ("GET", "/api/callbacks/{task}"): B,
    **{("POST", f"/api/callbacks/{{task}}/{verb}"): B for verb in ("take", "result", "reply", "give-back", "give-up")},
    ("POST", "/api/callbacks/{task}/dial"): "",
    ("POST", "/api/callbacks/assign"): "",
    ("POST", "/api/calls/{call}/tickets"): T,
    ("POST", "/api/tickets"): T,
    **{("GET", path): "" for path in (
        "/api/session", "/api/session/ways", "/api/sessions", "/api/gate/sip", "/api/oidc/start", "/api/oidc/back",
        "/api/accounts", "/api/audit", "/api/audit/csv", "/api/calls/{call}/recording/waveform", "/api/health", "/metrics", "/api/codes", "/api/choices", "/api/phonebook", "/api/settings", "/api/directory", "/api/templates", "/api/knowledge", "/api/knowledge/{card}", "/api/calls/{call}/knowledge", "/api/switches",
        "/api/notices", "/api/alarms", "/api/calls/{call}/recording", "/api/calls/{call}/recordings", "/api/calls/{call}/draft", "/api/my/drafts",
        "/api/seats", "/api/seats/{seat}", "/api/seats/{seat}/day", "/api/wall/day", "/api/reports/{report}",
    )},
    **{("POST", path): "" for path in (
        "/api/session", "/api/session/lock", "/api/session/unlock", "/api/session/password", "/api/session/seat",
        "/api/session/phone", "/api/notices", "/api/alarms/{ident}/acknowledge", "/api/calls/{call}/disposition",
        "/api/calls/{call}/recording", "/api/calls/{call}/move", "/api/seats/{seat}/watch", "/api/seats/{seat}/take-over", "/api/seats/{seat}/force",
        *(f"/api/seats/{{seat}}/{verb}" for verb in (
            "login", "logout", "ready", "pause", "end-wrap-up", "extend-wrap-up", "help", "device", "after-call", "drop", "transfer", "transfer/queue", "transfer/swap", "transfer/complete",
            "transfer/cancel", "transfer/conference", "hold", "resume", "hang-up", "call", "dial", "keys",
        )),
    )},
    ("PUT", "/api/accounts/{account}"): "",
    ("POST", "/api/templates"): "",
    ("POST", "/api/switches"): "",
    ("GET", "/api/calls/{call}/nuisance"): "",  # the own call's
    **{("GET", path): N for path in ("/api/nuisance", "/api/nuisance/report", "/api/nuisance/report/csv")},
    **{("POST", path): N for path in (
        "/api/calls/{call}/nuisance", "/api/calls/{call}/appeal", "/api/nuisance/tags/{tag}/decide",
        "/api/nuisance/tags/{tag}/dismiss", "/api/nuisance/decisions/{decision}/end", "/api/nuisance/appeals/{appeal}/decide",
    )},
    ("PUT", "/api/templates/{template}"): "",
    ("POST", "/api/knowledge"): "",
    ("POST", "/api/knowledge/{card}/versions"): "",
    ("PUT", "/api/knowledge/{card}/{version}/reads/{call}"): "",
    ("GET", "/api/account-changes"): "",
    ("POST", "/api/account-changes/{change}/confirm"): "",
    ("DELETE", "/api/account-changes/{change}"): "",
    ("GET", "/api/programs"): "",
    ("POST", "/api/programs"): "",
    ("POST", "/api/case-events"): "",
    ("POST", "/api/partner-states/{partner}"): "",
    ("POST", "/api/programs/{name}/rotate"): "",
    ("DELETE", "/api/programs/{name}"): "",
    ("POST", "/api/session/proof"): "",
    ("PUT", "/api/calls/{call}/draft"): "",
    ("DELETE", "/api/session"): "",
    ("DELETE", "/api/session/seat"): "",
    ("DELETE", "/api/sessions/{session}"): "",
    ("DELETE", "/api/calls/{call}/draft"): "",
    ("DELETE", "/api/seats/{seat}/help"): "",
    ("DELETE", "/api/seats/{seat}/watch"): "",
}  # fmt: skip
PERSONAL = {
    "CallOut": C,
    "TicketOut": K,
    "PopOut": C,
    "PastCallOut": C,
    "MyDayOut": C,
    "BoardOut": C,
    "CallbackOut": B,
    "ReplyOwedOut": C,
    "RepeatOut": K,
    "ProgressOut": K,
    "TicketStoryOut": K,
    "TicketsFoundOut": K,
    "TagOut": N,  # tests/console/test_nuisance.py
    "DecisionOut": N,
    "AppealOut": N,
    "NuisanceOut": N,
}
"""Shapes that hold something of a citizen."""
WHO = {"A": ("1001", "8001"), "S": ("2001", ""), "U": ("audit", ""), "P": ("admin", "")}
ROLES = {"A": Role.AGENT, "S": Role.SUPERVISOR, "U": Role.AUDITOR, "P": Role.OPERATOR}


@dataclass(frozen=True)
class Citizen:
    """One kind of case: whose call and ticket it is, and what its citizen asked for."""

    n: int
    mine: bool
    live: bool
    anonymous: bool
    confidential: bool
    poisoned: bool = False

    @property
    def call(self) -> CallId:
        return CallId(f"xm1-17900000{self.n:02}.1")

    @property
    def ticket(self) -> TicketId:
        return TicketId(f"01ARZ3NDEKTSV4RRFFQ69G5F{self.n:02}")

    @property
    def number(self) -> str:
        return f"138{self.n:04}{7000 + self.n}"

    @property
    def masked(self) -> str:
        return f"138****{7000 + self.n}"

    name = property(lambda self: f"NAME{self.n:02}")
    words = property(lambda self: f"WORDS{self.n:02}")

    @property
    def secret(self) -> tuple[Secrecy, ...]:
        asked = ((Secrecy.ANONYMOUS, self.anonymous), (Secrecy.CONFIDENTIAL, self.confidential))
        return tuple(kind for kind, yes in asked if yes)

    def pushed(self) -> Push:
        """As an older version wrote it: the person is there though they asked not to be."""
        ticket = Ticket(
            self.ticket, f"{self.call}/1", NOON, "1001" if self.mine else "1003", "8001", "phone", "citizen", "help",
            f"T{self.words}", f"C{self.words}", confidential=self.confidential, anonymous=self.anonymous,
            facts=CallFacts(self.call, ani=self.number), place=Place(address_text=f"P{self.words}"),
            person=Person(self.name, "", (self.number,), f"A{self.name}"),
        )  # fmt: skip
        state = DeliveryState.POISONED if self.poisoned else DeliveryState.WAITING
        return Push(ticket, state, 8, 8, NOON, True, error="refused")

    def row(self) -> Call:
        ended = None if self.live else NOON
        return Call(
            self.call, caller=self.number, caller_name=self.number, agent="1001" if self.mine else "1003",
            seat="8001" if self.mine else "8002", ended_at=ended, outcome="" if self.live else "ticket",
            anonymous=self.anonymous, confidential=self.confidential,
        )  # fmt: skip

    def past(self) -> Any:
        filed = Filed(self.ticket, "k", f"T{self.words}", "waiting", "", "", self.anonymous, self.confidential)
        return past(
            self.call, caller=self.number, caller_name=self.number, agent=self.row().agent, tickets=(filed,)
        )  # fmt: skip

    def task(self) -> TaskRow:
        owner = "1001" if self.mine else ""
        said = f"C{self.words} 另一号码 {self.number}"
        tried = (Attempt("xm1-9.9", NOON, NOON, "1001", "8001", Result.BUSY, Result.BUSY, said),)
        return task(
            self.call, number=self.number, owner=owner, state=State.TAKEN if self.mine else State.OPEN,
            anonymous=self.anonymous, confidential=self.confidential, attempts=tried, note=said,
        )  # fmt: skip

    def whose_call(self, letter: str) -> Whose:
        if letter != "A" or not self.mine:
            return Whose.OTHERS
        return Whose.LIVE if self.live else Whose.MINE

    def whose_ticket(self, letter: str, *, refused: bool) -> Whose:
        if letter == "A" and self.mine:
            return Whose.FILED
        return Whose.REFUSED if refused else Whose.OTHERS


CITIZENS = [
    Citizen(n, mine, live, anonymous, confidential, poisoned=not live)
    for n, (mine, live, anonymous, confidential) in enumerate(product((True, False), repeat=4))
]


def _house() -> tuple[FakeHotline, ASGIApp]:
    fake = populate(FakeHotline())
    fake.known = {one.call: one.row() for one in CITIZENS}
    for one in CITIZENS:
        fake.book.put(one.pushed())
    fake.shelf.callbacks.rows = {one.call: one.task() for one in CITIZENS}
    fake.shelf.agents.pushes = [one.pushed() for one in CITIZENS if one.mine]
    fake.shelf.wall.pushes = [one.pushed() for one in CITIZENS]
    fake.shelf.repeats.told = [Repeat(one.pushed(), 60.0, (Reason.ADDRESS,), None) for one in CITIZENS]
    fake.shelf.callers.told = Story([one.past() for one in CITIZENS], [one.pushed() for one in CITIZENS], 1, 1, False)
    return fake, door(replace(services(fake), phones=Phones()))


def _routes() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, item in bare().openapi()["paths"].items() for method in item}


def test_every_route_says_what_it_shows() -> None:
    """A new route is decided upon before it is there."""
    assert _routes() == set(SHOWS)


def test_no_route_shows_more_than_it_says() -> None:
    """By the contract itself: a route whose answer can hold a call or ticket is one that says so."""
    schemas = bare().openapi()["components"]["schemas"]
    for path, item in bare().openapi()["paths"].items():
        for method, told in item.items():
            answers = {code: reply for code, reply in told["responses"].items() if code.startswith("2")}
            held = {name for name in PERSONAL if _mentions(answers, f"#/components/schemas/{name}", schemas)}
            assert bool(held) == bool(SHOWS[method.upper(), path]), (method, path, held)


def _mentions(value: Any, wanted: str, schemas: dict[str, Any], seen: frozenset[str] = frozenset()) -> bool:
    if isinstance(value, list):
        return any(_mentions(one, wanted, schemas, seen) for one in value)
    if not isinstance(value, dict):
        return False
    ref = value.get("$ref")
    if ref == wanted:
        return True
    if ref and ref not in seen:
        return _mentions(schemas[ref.rpartition("/")[2]], wanted, schemas, seen | {ref})
    return any(_mentions(one, wanted, schemas, seen) for one in value.values())


def test_no_shape_with_a_number_is_unknown_to_the_table() -> None:
    """A shape of the contract that has a field of a citizen is one that ``visibility.py`` makes, or is said to be own."""
    telling = {"caller", "origin", "caller_name", "ticket", "person", "phones", "earlier", "party", "fields"}
    own = {
        "Pop",
        "DraftIn",
        "DraftOut",
        "PersonIn",
        "TicketIn",
        "TieIn",
        "MassEventIn",
        "MassEventOut",
        "HandOverIn",
        "HandoverOut",
    }
    for name, schema in shapes_of_all().items():
        if telling & set(schema.get("properties", {})):
            assert name in PERSONAL or name in own, name


@pytest.mark.parametrize("letter", "ASUPTG")
@pytest.mark.parametrize(("method", "path"), sorted(key for key, shows in SHOWS.items() if shows in (C, K, B)))
async def test_nobody_is_shown_more(letter: str, method: str, path: str) -> None:
    """Of each citizen no more than the table says, whatever way it is asked for."""
    for one in CITIZENS:
        fake, app = _house()
        where = path.format(call=one.call, ticket=one.ticket, task=one.call)
        client = _client(app, fake, letter)
        body: dict[str, Any] = {"json": BODY.get(path, {})} if method == "POST" else {}
        if path.endswith("/tie"):
            body["json"] = {"ticket": one.ticket}
        async with client:
            reply = await client.request(method, where, params=QUERY.get(path), headers=HEADER.get(path), **body)
        assert reply.status_code < 500, (reply.status_code, reply.text)
        if reply.status_code < 300:
            judged = CITIZENS if "{" not in path or path.endswith(("/pop", "/repeats", "/progress")) else [one]
            for citizen in judged:
                _judge(citizen, letter, reply.text, path)
        if "{" not in path:
            return


def _client(app: ASGIApp, fake: FakeHotline, letter: str) -> httpx.AsyncClient:
    """G: a program with every scope there is."""
    if letter == "G":
        return program(app, fake, *Scope)
    return command_line(app) if letter == "T" else browser(app, signed_in(fake, *WHO[letter]))


def _judge(one: Citizen, letter: str, said: str, path: str) -> None:
    refused = "dead-letters" in path
    if "callbacks" in path:
        whose = Whose.MINE if letter == "A" and (one.mine or path.endswith("/take")) else Whose.OTHERS
        seen = _strictest(Part.CALLBACK_NUMBER, whose, one.secret, COLUMNS.index(letter))
        assert seen == "W" or one.number not in said, f"the whole number: {letter} {path} {one}"
        assert seen in "Wm" or one.masked not in said, f"the masked number: {letter} {path} {one}"
        return
    if path.endswith("/repeats"):  # the words of a title and an address, and nothing of a person
        whose = Whose.LIVE if letter == "A" else Whose.OTHERS
        assert one.number not in said, f"the number: {letter} {path} {one}"
        assert one.masked not in said, f"the masked number: {letter} {path} {one}"
        assert one.name not in said, f"the name: {letter} {path} {one}"
        assert f"C{one.words}" not in said, f"the content: {letter} {path} {one}"
        seen = _strictest(Part.REPEAT, whose, one.secret, COLUMNS.index(letter))
        assert seen == "W" or one.words not in said, f"the title: {letter} {path} {one}"
        return
    if path.endswith(("/progress", "/tie")):  # as a repeat: how far it is, and nothing of a person
        whose = Whose.OTHERS if letter in "SU" else Whose.LIVE
        assert one.number not in said, f"the number: {letter} {path} {one}"
        assert one.masked not in said, f"the masked number: {letter} {path} {one}"
        assert one.name not in said, f"the name: {letter} {path} {one}"
        assert f"C{one.words}" not in said, f"the content: {letter} {path} {one}"
        own = Whose.FILED if letter == "A" and one.mine else whose
        seen = min(_strictest(Part.PROGRESS, of, one.secret, COLUMNS.index(letter)) for of in (own, whose))
        assert seen == "W" or one.words not in said, f"the title: {letter} {path} {one}"
        return
    call, ticket = one.whose_call(letter), one.whose_ticket(letter, refused=refused)
    wall = "/api/wall/" in path
    if letter == "A" and any(way in path for way in ("/pop", "/my/")) and call is Whose.OTHERS:
        call = Whose.MINE  # of a story that is told to them, or a call that they talked in
    place = COLUMNS.index(letter)
    table = {part: _strictest(part, whose, one.secret, place) for part, whose in (
        (Part.CALL_NUMBER, Whose.WALL if wall else call), (Part.TICKET_CONTENT, ticket), (Part.TICKET_PERSON, ticket),
        (Part.TICKET_NUMBER, Whose.WALL if wall else ticket),
    )}  # fmt: skip
    where = f"{letter} {path} {one}"
    numbers = {table[Part.CALL_NUMBER], table[Part.TICKET_NUMBER]}
    if "W" not in numbers:
        assert one.number not in said, f"the whole number: {where}"
    if not numbers & {"W", "m"}:
        assert one.masked not in said, f"the masked number: {where}"
    if table[Part.TICKET_PERSON] != "W":
        assert one.name not in said, f"the name: {where}"
    if table[Part.TICKET_CONTENT] != "W":
        assert one.words not in said, f"the content: {where}"


def _strictest(part: Part, whose: Whose, secret: tuple[Secrecy, ...], place: int) -> str:
    found = [TABLE[part, kind][whose][place] for kind in (Secrecy.OPEN, *secret)]
    return max(found, key="Wmr-".index)


@pytest.mark.parametrize("letter", "ASUPTG")
@pytest.mark.parametrize("path", ["/api/tickets/{ticket}", "/api/calls/{call}/tickets", "/api/calls/{call}"])
async def test_a_reason_opens_what_the_table_says(letter: str, path: str) -> None:
    """And is in the audit log; one that says nothing is refused."""
    for one in (one for one in CITIZENS if one.confidential and not one.anonymous):
        fake, app = _house()
        where = path.format(call=one.call, ticket=one.ticket)
        client = _client(app, fake, letter)
        async with client:
            nothing = await client.get(where, headers=said(reason="."))
            plain = await client.get(where)
            told = await client.get(where, headers=said(reason="投诉复核"))
        if plain.status_code != 200:
            assert told.status_code == plain.status_code
            continue
        assert nothing.status_code == 422
        ticket = "tickets" in path
        part = Part.TICKET_CONTENT if ticket else Part.CALL_NUMBER
        whose = one.whose_ticket(letter, refused=False) if ticket else one.whose_call(letter)
        opens = TABLE[part, Secrecy.CONFIDENTIAL][whose][COLUMNS.index(letter)] == "r"
        assert (told.json() != plain.json()) is opens
        assert ("confidential_shown" in fake.log.actions) is opens
        if opens:
            assert (one.words if ticket else one.number) in told.text


@pytest.mark.parametrize("letter", "ASUPT")
async def test_a_recording_is_heard_as_the_table_says(letter: str) -> None:
    """Of each kind of citizen, own or another's: by a purpose said in the request, or said before for a player. An
    operator hears none; one that is not heard is not audited."""
    for one in CITIZENS:
        fake, app = _house()
        fake.shelf.tapes.sounds[RecordingId(one.call)] = Sound(b"OggS")
        where = f"/api/calls/{one.call}/recording"
        client = command_line(app) if letter == "T" else browser(app, signed_in(fake, *WHO[letter]))
        async with client:
            before = await client.post(where, json={"purpose": "投诉复核"})
            for asked in (said(purpose="投诉复核"), {}):
                reply = await client.get(where, headers=asked)
                mine = Whose.MINE if letter == "A" and one.mine else Whose.OTHERS
                hears = _strictest(Part.RECORDING, mine, one.secret, COLUMNS.index(letter)) == "W"
                assert (reply.status_code == 200) is hears, (letter, one, reply.status_code)
                assert (before.status_code == 200) is hears, (letter, one, before.status_code)
        assert ("listened" in fake.log.actions) is hears


# -- the stream ------------------------------------------------------------------------------


@dataclass
class _Live:
    one: Citizen

    def call(self, call: CallId) -> Call:
        return self.one.row()

    def seats_in(self, call: CallId) -> frozenset[str]:
        return frozenset({"8001" if self.one.mine else "8002"})


@pytest.mark.parametrize("letter", "ASUPT")
@pytest.mark.parametrize("one", [one for one in CITIZENS if one.live], ids=str)
def test_the_stream_shows_what_rest_shows(letter: str, one: Citizen) -> None:
    """The same table: a call that REST refuses is in no picture, and of the others the number likewise."""
    from console.live_state import _piece

    who = BEARER if letter == "T" else _who(letter)
    row = Rows(_Live(one)).look("calls", one.call)  # type: ignore[arg-type]
    assert row is not None
    view, piece = view_of(who, "8001" if letter == "A" else ""), _piece(row)
    whose = one.whose_call(letter)
    assert piece.seen_by(view) is (sees(who, Part.CALL, whose, one.secret) is Sees.WHOLE)
    if piece.seen_by(view):
        rest = visibility.call(who, one.row())
        assert piece.of(view).decode() == rest.model_dump_json()


def _who(letter: str) -> Who:
    role = ROLES[letter]
    return Who(WHO[letter][0], "", role, RIGHTS[role], "s1", SeatId(WHO[letter][1]))


def _parties(row: Call) -> list[dict[str, object]]:
    """A citizen kept waiting while 8001 asks 8002."""
    rows = (
        ("c", "citizen", "", row.caller, "held", 0, ""), ("a", "agent", "8001", "", "talking", 1, ""),
        ("b", "consulted", "8002", "", "talking", 1, "8001"), ("p", "consulted", "", "13900001111", "failed", 0, "8001"),
    )  # fmt: skip
    names = ("leg", "role", "seat", "number", "state", "group", "by")
    return [dict(zip(names, one, strict=True)) | {"name": "", "since": NOON, "reason": ""} for one in rows]


def test_parties_are_masked_as_their_call_is() -> None:
    """Whole at the seat that has the call, masked where only advice is asked, gone where the citizen is nobody's."""
    from console.live_state import _piece

    row = next(one for one in CITIZENS if one.live and one.mine and not one.secret).row()
    own, _others, masked = (
        shape.model_copy(update={"participants": [ParticipantOut.model_validate(one) for one in _parties(row)]})
        for shape in visibility.on_screens(row)
    )
    assert visibility.only_asked(own) == {"8002"}
    hidden = masking.masked(own)
    piece = _piece(LiveRow(own, masking.masked(masked), frozenset({"8001", "8002"}), own, visibility.only_asked(own)))
    asks, asked = (View(False, False, True, seat) for seat in ("8001", "8002"))
    assert row.caller in piece.of(asks).decode()
    assert row.caller not in piece.of(asked).decode()
    assert [one.number for one in hidden.participants] == [mask(row.caller), "", "", mask("13900001111")]
    assert [one.number for one in masking.without_number(own).participants] == ["", "", "", mask("13900001111")]
    joined = own.model_copy(
        update={"participants": [one.model_copy(update={"group": 1}) for one in own.participants[:3]]}
    )
    assert visibility.only_asked(joined) == frozenset()


# -- the table itself ----------------------------------------------------------------------------


def test_the_table_is_whole() -> None:
    """Every part in every secrecy, for the same askers, one letter a column; secrecy never shows more."""
    assert set(TABLE) == {(part, secrecy) for part in Part for secrecy in Secrecy}
    order: Callable[[str], int] = "Wmr-".index
    for (part, secrecy), rows in TABLE.items():
        plain = TABLE[part, Secrecy.OPEN]
        assert set(rows) == set(plain), (part, secrecy)
        for whose, letters in rows.items():
            assert len(letters) == len(COLUMNS)
            assert all(order(now) >= order(before) for now, before in zip(letters, plain[whose], strict=True))


def test_rights_and_table_say_the_same() -> None:
    """Who may ask for others' calls and tickets is who is shown them."""
    for letter, role in ROLES.items():
        place = COLUMNS.index(letter)
        for right, part in (
            (Right.CALLS_ALL, Part.CALL), (Right.TICKETS_ALL, Part.TICKET), (Right.RECORDINGS_ALL, Part.RECORDING),
            (Right.NUMBERS, Part.CALL_NUMBER),
        ):  # fmt: skip
            shown = TABLE[part, Secrecy.OPEN][Whose.OTHERS][place] == "W"
            assert shown is (right in RIGHTS[role]), (letter, right)


def test_a_program_is_shown_nothing_beyond_its_scopes() -> None:
    """Whatever route it stands at: the table's column for programs counts only with the scope for that part."""
    for scope in Scope:
        who = who_of_program("p", [scope])
        shown = {part for part in Part for whose in TABLE[part, Secrecy.OPEN] if sees(who, part, whose) is not Sees.NOT}
        calls, tickets = {Part.CALL, Part.CALL_NUMBER}, {part for part in Part if part.startswith("ticket")}
        owed = {Part.CALLBACK, Part.CALLBACK_NUMBER}
        may = {
            Scope.CALLS_READ: calls, Scope.TICKETS_READ: tickets, Scope.TICKETS_FILE: tickets, Scope.CALLBACKS_READ: owed,
        }  # fmt: skip
        assert shown == may.get(scope, set()), scope
