"""``hotline check``: how long recordings are kept: for ever, or for less than the law and complaints want."""

from __future__ import annotations

from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from hotline.verbs.check_result import Checked, Finding, State
from recordings.retention import LEAST_MONTHS, Kind, terms_of


def look(settings: Settings, _places: Places) -> Checked:
    terms = terms_of(settings.retention)
    fields = {
        Kind.CITIZEN: "recordings_months", Kind.PENALTY: "recordings_penalty_months",
        Kind.UNANSWERED: "recordings_unanswered_months", Kind.NUISANCE: "recordings_nuisance_months",
    }  # fmt: skip
    short = [f"{fields[kind]} = {terms.months(kind)}" for kind in Kind if 0 < terms.months(kind) < LEAST_MONTHS]
    if short:
        text = _("recordings are destroyed sooner than after six months: {fields}", fields=", ".join(short))
        yield Finding("retention", State.WARN, text, _("Cure: six months at least ([retention])"))
    if settings.recording.enabled and (ever := [fields[kind] for kind in Kind if not terms.months(kind)]):
        text = _("recordings are kept for ever: {fields}", fields=", ".join(ever))
        cure = _(
            "Cure: say in [retention] for how many months; `hotline retention --dry-run` tells beforehand what goes"
        )
        yield Finding("retention", State.WARN, text, cure)
    if not short and all(terms.months(kind) for kind in Kind):
        months = ", ".join(str(terms.months(kind)) for kind in Kind)
        yield Finding("retention", State.OK, _("recordings are kept for {months} months, by kind", months=months))
