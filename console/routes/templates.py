"""Templates: found by agents as they type, kept by supervisors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from bridge.templates import MOST_ROWS, Kind, Template, found
from bridge.ticket import ticket_id
from config.language import say as _
from console.access import Right
from console.authorization import Who, demand, needs
from console.contract.templates import TemplateIn, TemplateOut
from console.error_answers import Failed, not_found
from console.ledger_ports import Books
from console.services import Library, Plugged, Services
from console.templates import Templates
from console.words_in_headers import Search

router = APIRouter(prefix="/api/templates", tags=["templates"])

Reader = Annotated[Who, needs(Right.FILE, Right.TEMPLATES)]
Keeper = Annotated[Who, needs(Right.TEMPLATES)]
TemplatePath = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,40}$")]
_Code = Annotated[str, Query(pattern=r"^[0-9A-Za-z]{0,16}$")]


@router.get("")
async def list_templates(
    books: Library, who: Reader, wanted: Search, kind: Annotated[str, Query(pattern="^(spoken|content)?$")] = "",
    scheme: Annotated[str, Query(max_length=40)] = "", code_kind: Annotated[str, Query(pattern="^(event|part)?$")] = "",
    code: _Code = "", every: bool = False,
) -> list[TemplateOut]:  # fmt: skip
    """Those of the code first, by title, initials, pinyin or words of the text. ``every``: all there are, retired ones too, for
    who keeps them."""
    templates = _templates(books)
    if every:
        demand(who, Right.TEMPLATES)
        rows = await templates.every()
    else:
        rows = found(await templates.offered(), wanted, kind, (scheme, code_kind, code))
    return [TemplateOut.model_validate(one) for one in rows]


@router.post("", status_code=201)
async def add_template(body: TemplateIn, plugs: Plugged, books: Library, who: Keeper) -> TemplateOut:
    if len(await _templates(books).every()) >= MOST_ROWS:
        raise Failed(409, _("there are {most} templates already: retire one and write over it", most=MOST_ROWS))
    return await _keep(ticket_id(plugs.clock(), plugs.intake.noise(10)).lower(), body, plugs, books, who)


@router.put("/{template}")
async def put_template(
    template: TemplatePath, body: TemplateIn, plugs: Plugged, books: Library, who: Keeper
) -> TemplateOut:
    """A sample that is written over is the centre's own from then on; retired, it is offered no more."""
    if template not in {one.id for one in await _templates(books).every()}:
        raise not_found("template", template)
    return await _keep(template, body, plugs, books, who)


async def _keep(ident: str, body: TemplateIn, plugs: Services, books: Books, who: Who) -> TemplateOut:
    said = Template(
        ident, Kind(body.kind), body.title, body.text, body.scheme, body.code_kind, body.code, body.code_name,
        retired=body.retired,
    )  # fmt: skip
    at = plugs.clock()
    kept = await _templates(books).put(said, at, who.account)
    detail = {"template": ident, "title": body.title, "retired": str(body.retired).lower()}
    await plugs.audit.append(at, who.account, "template_kept", detail=detail)
    return TemplateOut.model_validate(kept)


def _templates(books: Books) -> Templates:
    if books.templates is None:
        raise Failed(503, _("there are no templates here"))
    return books.templates
