"""Knowledge cards: found by agents as they type and noted as read in their call; written by supervisors, version by version."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from bridge.knowledge import MOST_CARDS, MOST_VERSIONS, Card, CardRead
from bridge.offered_texts import best
from bridge.ticket import ticket_id
from config.language import say as _
from console.access import Right
from console.authorization import Who, demand, needs
from console.call_ownership import must_be_theirs
from console.contract.knowledge import CardIn, CardOut, CardReadOut, CardVersionIn
from console.contract.rest import CallPath
from console.error_answers import Failed, not_found
from console.knowledge import Knowledge
from console.ledger_ports import Books
from console.services import Library, Plugged, Services
from console.words_in_headers import Search
from cti.ids import CallId
from ledger.knowledge import VersionTaken

from .calls import call_row

router = APIRouter(prefix="/api", tags=["knowledge"])

Reader = Annotated[Who, needs(Right.FILE, Right.KNOWLEDGE)]
Keeper = Annotated[Who, needs(Right.KNOWLEDGE)]
CardPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,40}$")]
VersionPath = Annotated[int, Path(ge=1, le=MOST_VERSIONS)]
MOST_FOUND = 30
_Code = Annotated[str, Query(pattern=r"^[0-9A-Za-z]{0,16}$")]


@router.get("/knowledge")
async def list_cards(
    plugs: Plugged, books: Library, who: Reader, wanted: Search, scheme: Annotated[str, Query(max_length=40)] = "",
    code_kind: Annotated[str, Query(pattern="^(event|part)?$")] = "", code: _Code = "", every: bool = False,
) -> list[CardOut]:  # fmt: skip
    """Those in force today: of the code first, by title, citizens' words, initials, pinyin or words of the text.
    ``every``: the newest version of each card, retired and coming ones too, for who keeps them."""
    knowledge = _knowledge(books)
    if every:
        demand(who, Right.KNOWLEDGE)
        rows = [versions[0] for versions in (await knowledge.cards()).values()]
    else:
        rows = best(await knowledge.offered(_today(plugs, books)), wanted, (scheme, code_kind, code), MOST_FOUND)
    return [CardOut.model_validate(one) for one in rows]


@router.get("/knowledge/{card}")
async def card_versions(card: CardPath, books: Library, _who: Reader) -> list[CardOut]:
    """All versions of a card, the newest first: also what a ticket of last year cites."""
    return [CardOut.model_validate(one) for one in await _versions(books, card)]


@router.post("/knowledge", status_code=201)
async def add_card(body: CardIn, plugs: Plugged, books: Library, who: Keeper) -> CardOut:
    if len(await _knowledge(books).cards()) >= MOST_CARDS:
        raise Failed(409, _("there are {most} cards already: retire one and write over it", most=MOST_CARDS))
    ident = ticket_id(plugs.clock(), plugs.intake.noise(10)).lower()
    return await _keep(ident, 1, body, plugs, books, who)


@router.post("/knowledge/{card}/versions", status_code=201)
async def add_version(card: CardPath, body: CardVersionIn, plugs: Plugged, books: Library, who: Keeper) -> CardOut:
    """A change of a card is its next version; the one before stays. 409: somebody else wrote one meanwhile."""
    newest = (await _versions(books, card))[0]
    if newest.version != body.after:
        raise _overtaken(newest)
    if newest.version >= MOST_VERSIONS:
        raise Failed(409, _("a card has at most {most} versions: write another card", most=MOST_VERSIONS))
    return await _keep(card, newest.version + 1, body, plugs, books, who)


@router.put("/knowledge/{card}/{version}/reads/{call}", status_code=204)
async def note_read(
    card: CardPath, version: VersionPath, call: CallPath, plugs: Plugged, books: Library,
    who: Annotated[Who, needs(Right.FILE, persons=True)],
) -> Response:  # fmt: skip
    """Read in this call, which is the own one. Said again, it changes nothing."""
    if version not in {one.version for one in await _versions(books, card)}:
        raise not_found("version", str(version))
    row = await call_row(plugs, who, call)
    await must_be_theirs(plugs, books, who, row, Right.CALLS_ALL)
    await _knowledge(books).book.note_read(CallId(call), CardRead(plugs.clock(), card, version, who.account))
    return Response(status_code=204)


@router.get("/calls/{call}/knowledge")
async def read_in_call(
    call: CallPath, plugs: Plugged, books: Library, who: Annotated[Who, needs(Right.FILE, Right.CALLS_ALL)]
) -> list[CardReadOut]:
    """What was read in a call, by whom, in which version."""
    row = await call_row(plugs, who, call)
    await must_be_theirs(plugs, books, who, row, Right.CALLS_ALL)
    knowledge = _knowledge(books)
    cards = await knowledge.cards()
    titles = {(one.id, one.version): one.title for versions in cards.values() for one in versions}
    return [
        CardReadOut(
            at=one.at,
            card=one.card,
            version=one.version,
            title=titles.get((one.card, one.version), ""),
            agent=one.agent,
        )
        for one in await knowledge.book.reads(CallId(call))
    ]


async def _keep(ident: str, version: int, body: CardIn, plugs: Services, books: Books, who: Who) -> CardOut:
    at = plugs.clock()
    card = Card(
        ident, version, body.title, body.text, body.keywords, body.checklist, body.scheme, body.code_kind, body.code,
        body.code_name, body.source, body.valid_from or _today(plugs, books), body.valid_until, body.retired,
    )  # fmt: skip
    knowledge = _knowledge(books)
    try:
        kept = await knowledge.add(card, at, who.account)
    except VersionTaken:
        raise _overtaken((await _versions(books, ident))[0]) from None
    detail = {"card": kept.key, "title": body.title, "retired": str(body.retired).lower()}
    await plugs.audit.append(at, who.account, "knowledge_kept", detail=detail)
    return CardOut.model_validate(kept)


def _overtaken(newest: Card) -> Failed:
    return Failed(
        409,
        _("{who} wrote version {version} of this card meanwhile: read it and write again", who=newest.changed_by or "-",
          version=newest.version),
    )  # fmt: skip


async def _versions(books: Books, card: str) -> list[Card]:
    versions = (await _knowledge(books).cards()).get(card)
    if versions is None:
        raise not_found("card", card)
    return list(versions)


def _today(plugs: Services, books: Books) -> date:
    return plugs.clock().astimezone(books.centre.zone).date()


def _knowledge(books: Books) -> Knowledge:
    if books.knowledge is None:
        raise Failed(503, _("there is no knowledge here"))
    return books.knowledge
