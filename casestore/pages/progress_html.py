"""The progress page as HTML: plain, for any browser and a small screen. Pure."""

from __future__ import annotations

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from config.language import say as _
from config.language import spoken

from ..contract import DueChangeOut, ProgressOut, StepOut

TAGS = {"zh": "zh-CN", "en": "en"}
OTHERS = {"zh": ("en", "English"), "en": ("zh", "中文")}
"""The other language, called as itself."""
STYLE = "/cases/progress.css"


def page(lang: str, number: str = "", wrong: str = "", told: str = "") -> str:
    """``lang``: chosen by the citizen, kept in the page's own links; ``wrong``: what is to be done about what was typed."""
    here, kept = spoken(), f"?lang={lang}" if lang else ""
    other, other_name = OTHERS[here]
    title = _("How far is my case?")
    head = _("Look again: {title}", title=title) if wrong else title
    return f"""<!doctype html>
<html lang="{TAGS[here]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{escape(head)} · 12319</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{STYLE}">
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<a href="?lang={other}" lang="{TAGS[other]}" hreflang="{TAGS[other]}">{other_name}</a>
</header>
<main>
{told}{_form(kept, number, wrong, again=bool(told))}
</main>
</body>
</html>
"""


def result(found: ProgressOut, zone: ZoneInfo) -> str:
    """The seven steps. Nothing of it names a person, a unit or what was said."""
    now = next(step for step in found.steps if step.now)
    promise = ""
    if found.promised_by is not None:
        until = _("It is to be done by {day}.", day=_day(found.promised_by.astimezone(zone)))
        until += " " + _may_move() * found.provisional
        promise = f"<p>{escape(until.strip())}</p>\n"
    if found.changes:
        moved = "\n".join(_change(one, zone) for one in found.changes)
        promise += f'<h3>{escape(_("The day was moved"))}</h3>\n<ul class="moved">\n{moved}\n</ul>\n'
    rows = "\n".join(_row(step, zone) for step in found.steps)
    return (
        f'<section aria-labelledby="case"><h2 id="case">{escape(_("Case {number}", number=found.number))}</h2>\n'
        f'<p class="now">{escape(now.sentence)}</p>\n{promise}'
        f"<ol>\n{rows}\n</ol>\n"
        f"<p>{escape(_('Last change: {moment}', moment=_moment(found.changed_at.astimezone(zone))))}</p></section>\n"
    )


def _change(one: DueChangeOut, zone: ZoneInfo) -> str:
    local = one.at.astimezone(zone)
    at = f'<time datetime="{local.isoformat(timespec="minutes")}">{escape(_moment(local))}</time>'
    until = _("It is now to be done by {day}.", day=_day(one.due_at.astimezone(zone)))
    until += " " + _may_move() * one.provisional
    return f"<li>{at}<span>{escape(one.sentence)} {escape(until.strip())}</span></li>"


def _may_move() -> str:
    return _("This day may still move: next year's holidays are not announced yet.")


def _row(step: StepOut, zone: ZoneInfo) -> str:
    standing, here = ("here", ' aria-current="step"') if step.now else ("done", "") if step.at else ("open", "")
    at = ""
    if step.at is not None:
        local = step.at.astimezone(zone)
        at = f'<time datetime="{local.isoformat(timespec="minutes")}">{escape(_moment(local))}</time>'
    said = f"<span>{escape(step.sentence)}</span>" if step.at is not None else f"<span>{escape(_('Not yet.'))}</span>"
    return f'<li class="{standing}"{here}><strong>{escape(step.name)}</strong>{at}{said}</li>'


def _form(kept: str, number: str, wrong: str, *, again: bool) -> str:
    said = f'<p id="wrong" role="alert">{escape(wrong)}</p>\n' if wrong else ""
    described = ' aria-describedby="wrong" aria-invalid="true"' if wrong else ""
    heading = f"<h2>{escape(_('Ask about another case'))}</h2>\n" if again else ""
    return f"""{heading}<form method="post" action="/cases/progress{kept}" autocomplete="off">
{said}<label for="number">{escape(_("Case number"))}</label>
<input id="number" name="number" value="{escape(number)}" inputmode="numeric" maxlength="40" required{described}>
<label for="code">{escape(_("Query code"))}</label>
<input id="code" name="code" inputmode="numeric" maxlength="40" required{described}>
<p class="hint">{escape(_("Both stand in the message you got, or were told to you on the telephone."))}</p>
<button>{escape(_("Look it up"))}</button>
</form>"""


def _day(local: datetime) -> str:
    if spoken() == "zh":
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day} {local:%B %Y}"


def _moment(local: datetime) -> str:
    return f"{_day(local)} {local:%H:%M}"
