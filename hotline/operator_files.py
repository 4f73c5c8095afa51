"""The operator's own files below VAR, read as a start reads them. Used by ``app.py`` and, so that it sees the same, ``check.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from bridge import catalogue, ticket_choices
from bridge.catalogue import Catalogue
from bridge.catalogues.crosswalk import OLD
from bridge.ticket_choices import Choices
from config import secrets
from config.file_places import Places
from config.files import FileRefused, read_text, stands
from config.language import say as _
from config.settings import Settings

OIDC_CLIENT = "oidc-client"
"""File below ``secrets/``: the client secret of the identity provider, if it has one."""


@dataclass(frozen=True, slots=True)
class OperatorFiles:
    choices: Choices
    codes: Catalogue
    oidc_client: str
    """'' when there is none."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was odd and read all the same, one sentence each."""
        return (*self.choices.remarks, *self.codes.remarks)


def load(places: Places, codes: str = OLD) -> OperatorFiles:
    """``codes``: the shipped table that is offered. Raises FileRefused for the first that cannot be read as it is."""
    return OperatorFiles(
        ticket_choices.load(places.choices), catalogue.load(places.codes, codes), optional_secret(places, OIDC_CLIENT)
    )


def refusals(settings: Settings, places: Places) -> Iterable[FileRefused]:
    """Every file that ``load`` or the secrets of a start would stumble over, not only the first."""
    if stands(places.secrets) and not places.secrets.is_dir():
        yield FileRefused(
            places.secrets, "", _("is no folder"), _("Cure: delete it: the folder is made at the next start")
        )
        return
    reads: list[Callable[[], object]] = [
        partial(ticket_choices.load, places.choices),
        partial(catalogue.load, places.codes),
        partial(optional_secret, places, OIDC_CLIENT),
    ]
    made = (places.secrets / name for name in secrets.names(settings))
    reads += [partial(secrets.value, path) for path in made if stands(path)]
    for read in reads:
        try:
            read()
        except FileRefused as fault:
            yield fault


def optional_secret(places: Places, name: str) -> str:
    """A secret that somebody else gave us; '' when there is no such file. Raises FileRefused."""
    path = places.secrets / name
    if not stands(path):
        return ""
    value = read_text(path).text.strip()
    if not value:
        raise FileRefused(path, "", _("is empty"), _("Cure: write the secret into it, or delete it"))
    return value
