"""What is said of a matter after its ticket was filed (补充、更正、催办、撤回、并单): checked, then written with its message.

Called by the console's routes. As ``intake.py`` it writes only through the book and never delivers. Each act has a ``name`` of its
asker's: the same again is the same act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from config.language import say as _
from cti.ids import CallId

from .anonymity import words_kept
from .case_state import OVER, CaseState
from .case_store_messages import MessageId, MessageKind, key_of
from .intake import Intake, Problems
from .ports import AttachedFile, Changed, FurtherMessage, MatterBook, Overtaken, Push, SaidMessage, Why
from .ticket import Ticket, ticket_id


class Unfit(StrEnum):
    """Why an act does not happen; words of the contract."""

    OVER = "over"
    """The case is closed or void."""
    DIRECT = "direct"
    """It was answered on the spot: there is nothing to be done."""
    NOT_RETURNED = "not_returned"
    NO_SUCH_CASE = "no_such_case"
    NO_NUMBER = "no_number"
    """The case it would go on within has no number yet."""
    ITSELF = "itself"
    MERGED = "merged"
    """It goes on within another case already."""
    NOT_MERGED = "not_merged"


Answer = SaidMessage | Unfit | Overtaken | Problems | None
"""None: there is no such ticket (any more)."""
_WHILE_OPEN = frozenset({
    MessageKind.SUPPLEMENT, MessageKind.URGE, MessageKind.PLUS_ONE, MessageKind.WITHDRAW, MessageKind.RETURN, MessageKind.MERGE,
})  # fmt: skip


def unfit(kind: MessageKind, push: Push) -> Unfit | None:
    """Why nothing of this kind is said of the ticket as it stands; None: it may be. Pure."""
    if kind in _WHILE_OPEN and push.case_state in OVER:
        return Unfit.OVER
    if kind in (MessageKind.URGE, MessageKind.WITHDRAW) and push.ticket.answered_directly:
        return Unfit.DIRECT
    if kind is MessageKind.RETURN and push.case_state is not CaseState.RETURNED:
        return Unfit.NOT_RETURNED
    if kind is MessageKind.MERGE and push.ticket.merged_into:
        return Unfit.MERGED
    if kind is MessageKind.UNMERGE and not push.ticket.merged_into:
        return Unfit.NOT_MERGED
    return None


@dataclass(frozen=True, slots=True)
class Act:
    """Who does it, under which name, and in which call they heard it."""

    by: str
    name: str
    call: CallId | None = None


@dataclass(frozen=True, slots=True)
class Tied:
    push: Push
    """The ticket whose case is worked at: the one asked for, or that which it goes on within."""
    urged: bool
    """The call urged it by itself; False: its case is over, or it was this call that brought it."""


class Matters:
    def __init__(self, book: MatterBook, intake: Intake) -> None:
        self.book, self.intake = book, intake

    async def say(
        self, push: Push, kind: MessageKind, act: Act, payload: Mapping[str, Any], *, changed: Changed | None = None,
        file: AttachedFile | None = None,
    ) -> Answer:  # fmt: skip
        """A message of this kind, where the ticket's state has room for it. Its free words are kept as the ticket's are."""
        if (why := unfit(kind, push)) is not None:
            return await self._said_before(push, kind, act) or why
        now = self.intake.clock()
        words = {name: words_kept(push.ticket, one) for name, one in payload.items() if isinstance(one, str) and one}
        told = {**payload, **words, "at": now.isoformat(), "by": act.by} | ({"call": act.call} if act.call else {})
        message = FurtherMessage(self._id(), push.ticket.id, kind, now, told, act.name)
        said = await self.book.say(message, changed=changed, file=file, call=act.call, agent=act.by)
        if isinstance(said, SaidMessage) and said.new:
            self.intake.wake()
        return said

    async def urge(self, push: Push, text: str, act: Act) -> Answer:
        """Counted once a call. Words that are said once the call urges already are kept as a supplement, named by the asker."""
        said = await self.say(
            push, MessageKind.URGE, replace(act, name=act.call or act.name), {"text": text} if text else {}
        )
        if not text or act.call is None or not isinstance(said, SaidMessage):
            return said
        if said.new or said.payload.get("text") == words_kept(push.ticket, text):
            return said
        return await self.say(push, MessageKind.SUPPLEMENT, act, {"text": text})

    async def correct(self, push: Push, changes: Mapping[str, object], act: Act) -> Answer:
        """Other words in the ticket, the ones of before kept; told to the case store as a supplement."""
        fixed = self.intake.corrected(push.ticket, changes)
        if isinstance(fixed, tuple):
            return fixed
        text = _("corrected: {what}", what=described(push.ticket, fixed))
        changed = Changed(push.ticket, fixed, act.by, Why.CORRECTED)
        return await self.say(replace(push, ticket=fixed), MessageKind.SUPPLEMENT, act, {"text": text}, changed=changed)

    async def attach(self, push: Push, file: AttachedFile, act: Act) -> Answer:
        text = _("file: {name} ({type}, {size} bytes, SHA-256 {sha256})", name=file.name, type=file.type, size=file.size,
                 sha256=file.sha256)  # fmt: skip
        return await self.say(push, MessageKind.SUPPLEMENT, act, {"text": text}, file=file)

    async def merge(self, push: Push, into: str, act: Act) -> Answer:
        """It goes on within another case; its number, query code and right to a reply stay its own."""
        if (before := await self._said_before(push, MessageKind.MERGE, act)) is not None:
            return before
        target = await self.book.of_case(into)
        if target is None:
            return Unfit.NO_SUCH_CASE
        root = await self.book.root(target)
        if push.ticket.id in (root.ticket.id, target.ticket.id):
            return Unfit.ITSELF
        if not root.case_number:
            return Unfit.NO_NUMBER
        if root.case_state in OVER:
            return Unfit.OVER
        merged = replace(push.ticket, merged_into=root.case_number)
        changed = Changed(push.ticket, merged, act.by, Why.MERGED)
        return await self.say(push, MessageKind.MERGE, act, {"into": root.case_number}, changed=changed)

    async def unmerge(self, push: Push, act: Act) -> Answer:
        changed = Changed(push.ticket, replace(push.ticket, merged_into=""), act.by, Why.UNMERGED)
        return await self.say(push, MessageKind.UNMERGE, act, {}, changed=changed)

    async def tie(self, push: Push, call: CallId, by: str) -> Tied:
        """A later call about the same matter: it urges by itself, once, whoever else says so in it."""
        root = await self.book.root(push)
        if call in (push.ticket.call, root.ticket.call):
            return Tied(root, urged=False)
        answer = await self.say(root, MessageKind.URGE, Act(by, str(call), call), {})
        now = self.intake.clock()
        if root.ticket.id != push.ticket.id or not isinstance(answer, SaidMessage):
            await self.book.tie(call, push.ticket.id, by, now)
        return Tied(root, urged=isinstance(answer, SaidMessage))

    async def _said_before(self, push: Push, kind: MessageKind, act: Act) -> SaidMessage | None:
        """This very act, whose answer may have got lost: what it did has changed what may be said since."""
        key = key_of(push.ticket.key, kind, act.name)
        found = (one for one in await self.book.said(push.ticket.id) if one.key == key)
        return next((replace(one, new=False) for one in found), None)

    def _id(self) -> MessageId:
        return MessageId(ticket_id(self.intake.clock(), self.intake.noise(10)))


def described(before: Ticket, after: Ticket) -> str:
    """What a correction changed, in a line; of whose ticket it is only that it changed. Pure."""
    said = [
        _("{what} “{before}” → “{after}”", what=name, before=old, after=new)
        for name, old, new in (
            (_("title"), before.title, after.title),
            (_("content"), before.content, after.content),
            (_("place"), before.place.address_text, after.place.address_text),
            (_("code"), before.subject.code if before.subject else "", after.subject.code if after.subject else ""),
            (_("unit"), before.unit_confirmed or before.unit_suggested, after.unit_confirmed or after.unit_suggested),
        )
        if old != new
    ]
    if before.person != after.person:
        said.append(_("the citizen's particulars"))
    return "; ".join(said) or _("other particulars")
