"""The routes of the pages, behind their guard. Beside the native API, which wants the secret: ``beside``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from accounts.file_scanner import FileScanner

from ..case_photos import CasePhotos
from ..database import Away, Database
from ..photo_seal import PhotoSeal
from ..progress_query import Inquiries
from ..staff import Staff
from ..store import Store
from ..unit_suggestions import UnitSuggestions
from ..work_lists import WorkLists
from .guard import PREFIX, PagesGuard
from .progress import ProgressPage
from .staff_routes import REFUSALS, StaffRoutes, StaffSide

_STYLE = (Path(__file__).parent / "progress.css").read_bytes()
_STYLE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages speak for."""

    database: Database
    store: Store
    inquiries: Inquiries
    staff: Staff
    clock: Callable[[], datetime]
    origins: frozenset[str]
    """What browsers may send as Origin."""
    timezone: str
    """The centre's: what times are shown in."""
    seal: PhotoSeal
    """By which photos are sealed."""
    scanner: FileScanner | None = None
    """Looks at each before it is kept; None: this site has none."""


def make_pages(pages: Pages) -> ASGIApp:
    progress = ProgressPage(pages.inquiries, ZoneInfo(pages.timezone))
    lists = WorkLists(pages.database, pages.store.work)
    units, photos = UnitSuggestions(pages.database), CasePhotos(pages.database, pages.seal, pages.scanner)
    staff = StaffRoutes(StaffSide(pages.staff, pages.store, lists, units, photos, pages.clock))
    routes = [
        Route(f"{PREFIX}/progress", progress.form, methods=["GET"]),
        Route(f"{PREFIX}/progress", progress.ask, methods=["POST"]),
        Route(f"{PREFIX}/progress.css", _style, methods=["GET"]),
        *staff.routes(),
    ]

    async def whose(secret: str) -> str:
        """'' also while the database is away: the route says so."""
        try:
            found = await pages.staff.find(secret)
        except Away:
            return ""
        return "" if found is None else found[1].account

    return PagesGuard(Starlette(routes=routes, exception_handlers=REFUSALS), pages.origins, whose)


def beside(native: ASGIApp, pages: ASGIApp) -> ASGIApp:
    """One socket for both; what begins with ``/pages/`` never reaches the native routes."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        mine = scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/")
        await (pages if mine else native)(scope, receive, send)

    return app


async def _style(_request: Request) -> Response:
    return Response(_STYLE, media_type="text/css", headers={"Cache-Control": f"public, max-age={_STYLE_SECONDS}"})
