"""Accounts and sessions, plugged together: ledger behind, door before. Made by ``app.py``; no rule lives here."""

from __future__ import annotations

from datetime import UTC, datetime

from config.places import Places
from config.settings import Settings
from console.accounts import Accounts
from console.door import Who, who_of
from console.oidc import Provider
from console.ports import Desk
from console.seating import seat_of
from console.session import Why
from console.sessions import Sessions
from ledger.accounts import AccountShelf
from ledger.auditlog import AuditLog
from ledger.sessions import SessionShelf
from ledger.store import Store

GOODBYE: dict[str, Why] = {"signed_out": "signed_out", "revoked": "signed_out", "expired": "expired"}
"""Why a session ended → what its stream is told."""


class Entrance:
    def __init__(self, store: Store, settings: Settings, desk: Desk, places: Places) -> None:
        self._desk, self._shelf = desk, AccountShelf(store)
        self._people = [(agent.id, agent.name, str(agent.role)) for agent in settings.agent]
        self.audit = AuditLog(store)
        settled = {account: (name, role) for account, name, role in self._people}
        self.accounts = Accounts(self._shelf, self.audit, settings.access, _now, settled)
        self.oidc = Provider(settings.oidc, _client_secret(places), _now) if settings.oidc else None
        self.sessions = Sessions(SessionShelf(store), settings.access, _now)

    async def introduce(self) -> None:
        """The agents of the settings have accounts; without a password until one is given."""
        await self._shelf.introduce(self._people, _now())

    async def again(self, who: Who) -> Who | None:
        """Is this person still in, and as what? Asked by the stream now and then."""
        if who.token:
            return who
        row = await self.sessions.get(who.session)
        return who_of(row, seat_of(self._desk, row)) if row is not None else None


def _client_secret(places: Places) -> str:
    """An operator's file, of mode 0600; without it the client is one without a secret."""
    file = places.secrets / "oidc-client"
    return file.read_text("utf-8").strip() if file.exists() else ""


def _now() -> datetime:
    return datetime.now(UTC)
