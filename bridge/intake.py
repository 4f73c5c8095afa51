"""The desk where matters are taken in (受理): checks, files, disposes, replays; then tells the house.

Called by the console's routes, the demo's seats and whatever takes in matters later
(voicemail, WeChat). It writes only through the book; it never delivers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from pydantic import ValidationError

from config.language import say as _
from config.work_time import WorkTime
from cti.ids import CallId
from cti.numbers import Numbers

from .anonymity import kept
from .case_store_messages import KINDS, MessageId, MessageKind
from .catalogue import Catalogue
from .disposition import CallOutcome, Disposition
from .errors import Problem
from .events import CallDisposed, TicketFiled
from .forms import DispositionIn, Known
from .ports import Disposed, Filed, KeyTaken, NotDisposed, Push, TicketBook
from .problem_texts import MOST_PROBLEMS, problems_of, say
from .promise import Unreckoned, promised
from .ticket import CallFacts, Ticket, ticket_id
from .ticket_choices import Choices
from .ticket_input import CONTENT, Made, read
from .ticket_json import plain

_SAID_OF = frozenset({"at", "by", "call"})
TEXT_MOST = 4000

log = structlog.get_logger("intake")


@dataclass(frozen=True, slots=True)
class Source:
    """Who files, and about which call."""

    facts: CallFacts | None
    agent: str = ""
    seat: str = ""
    part: int = 1
    """Which matter of the call: one call may bring several, one ticket each."""
    key: str = ""
    """Without a call: the sender's own idempotency key; '' when it has none."""
    channel: str = "phone"
    joins: bool = True
    """What names a partner's number that has a ticket already is a supplement of that; False: a ticket of its own."""


Problems = tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Intake:
    """``wake``: the courier's. ``publish``: the bus."""

    book: TicketBook
    choices: Choices
    catalogue: Catalogue
    numbers: Numbers
    publish: Callable[[object], None]
    wake: Callable[[], None]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    noise: Callable[[int], bytes] = secrets.token_bytes
    work: WorkTime | None = None
    """By which a citizen is promised a date; None: nobody is."""

    async def file(self, raw: Mapping[str, object], source: Source) -> Filed | KeyTaken | Problems:
        """One ticket, on disk with its outbox row when this returns; or every problem, and nothing is written."""
        now = self.clock()
        ident = ticket_id(now, self.noise(10))
        facts = source.facts
        key = f"{facts.call}/{source.part}" if facts else source.key or ident
        line = facts.line if facts else ""
        made = Made(ident, key, now, source.agent, source.seat, line, facts, source.channel)
        ticket = read(raw, made, self._known())
        if isinstance(ticket, tuple):
            return ticket
        filed = await self.book.file(kept(self._promising(ticket)), joins=source.joins)
        if isinstance(filed, Filed) and filed.new:
            self.publish(
                TicketFiled(
                    ident, ticket.call, source.seat, source.agent, now,
                    anonymous=ticket.anonymous, confidential=ticket.confidential,
                )
            )  # fmt: skip
            self.wake()
        return filed

    async def dispose(
        self, call: CallId, raw: Mapping[str, object], agent: str, seat: str
    ) -> Disposed | NotDisposed | Problems:
        """``raw``: outcome (direct, refused, nuisance), code (of ``choices.refusal``, when refused), note, knowledge."""
        try:
            form = DispositionIn.model_validate(dict(raw), context=self._known())
        except ValidationError as fault:
            return problems_of(fault.errors(include_url=False), DispositionIn)
        now = self.clock()
        disposition = Disposition(
            call, CallOutcome(form.outcome), now, agent, seat, form.code, form.note, tuple(form.knowledge)
        )
        answer = await self.book.dispose(disposition)
        if isinstance(answer, Disposed):
            self.publish(CallDisposed(call, disposition.outcome, seat, agent, now))
        return answer

    async def replay(self, message: MessageId, changes: Mapping[str, object]) -> Push | Problems | None:
        """Send a dead letter again, with these fields of the ticket it files changed. None: there is no such dead letter."""
        dead = await self.book.dead_letter(message)
        if dead is None:
            return None
        corrected = None
        payload: dict[str, object] | None = None
        if changes and dead.kind is not MessageKind.FILE:
            mended = _mended(dead, changes)
            if isinstance(mended, tuple):
                return mended
            payload = mended
        elif changes:
            if (
                changes.get("merged_into", dead.ticket.merged_into) != dead.ticket.merged_into
            ):  # a message of its own says it
                return (Problem("merged_into", _("is not changed by a correction")),)
            fixed = self.corrected(dead.ticket, changes)
            if isinstance(fixed, tuple):
                return fixed
            corrected = fixed
        push = await self.book.replay(message, self.clock(), corrected, payload)
        if push is not None:
            self.wake()
        return push

    def corrected(self, old: Ticket, changes: Mapping[str, object]) -> Ticket | Problems:
        """The ticket with these fields changed, or every problem; the promise anew where its limit is another."""
        made = Made(old.id, old.key, old.filed_at, old.agent, old.seat, old.line, old.facts, old.channel)
        fixed = read(
            {name: value for name, value in plain(old).items() if name in CONTENT} | dict(changes), made, self._known()
        )
        if isinstance(fixed, tuple):
            return fixed
        # secrecy that a citizen asked for is never taken back by whoever mends their ticket
        anonymous, confidential = fixed.anonymous or old.anonymous, fixed.confidential or old.confidential
        fixed = replace(fixed, id=old.id, anonymous=anonymous, confidential=confidential)
        same = (fixed.subject, fixed.handle_limit) == (old.subject, old.handle_limit)
        return kept(replace(fixed, promise=old.promise) if same else self._promising(fixed))

    def _known(self) -> Known:
        return Known(self.choices, self.catalogue, self.numbers)

    def _promising(self, ticket: Ticket) -> Ticket:
        """A ticket is filed whether or not a date can be promised."""
        promise = None
        if self.work is not None:
            try:
                promise = promised(ticket, self.catalogue, self.work)
            except Unreckoned as fault:
                log.warning("no date can be promised", ticket=ticket.id, fault=str(fault))
        return replace(ticket, promise=promise)


def _mended(dead: Push, changes: Mapping[str, object]) -> dict[str, object] | Problems:
    """The payload of a message that files nothing, with these of its texts changed; when and by whom it was said stays."""
    texts = [name for name, value in dead.payload.items() if isinstance(value, str) and name not in _SAID_OF]
    allowed = tuple(dict.fromkeys((*texts, *KINDS[dead.kind].needs)))
    found: list[Problem] = []
    for name, value in changes.items():
        if name not in allowed:
            found.append(Problem(name[:60] or "''", say("not_said"), allowed))
        elif not isinstance(value, str):
            found.append(Problem(name, say("string")))
        elif len(value) > TEXT_MOST:
            found.append(Problem(name, say("long", most=TEXT_MOST, given=len(value))))
        elif name in KINDS[dead.kind].needs and not value.strip():
            found.append(Problem(name, say("required")))
    if found:
        return tuple(found[:MOST_PROBLEMS])
    return {**dead.payload, **changes}
