"""``hotline nuisance``: what agents tagged, what was decided, appeals, the fairness report; over REST; thin."""

from __future__ import annotations

import argparse
import json
from typing import Any
from zoneinfo import ZoneInfo

from bridge.nuisance import Grade, Reason
from config.language import say as _
from config.read import read

from . import report_files
from .period_arguments import add_period, period
from .rest_client import Daemon, verb

PATH, USAGE = "/api/nuisance", 2


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    nuisance = sub.add_parser("nuisance", help=_("nuisance callers: tags, decisions, appeals, the fairness report"))
    verbs = nuisance.add_subparsers(metavar="VERB", required=True)
    verb(verbs, "list", _("what is to be decided, and what is in force"), _list).add_argument(
        "--json", action="store_true"
    )
    tag = verb(verbs, "tag", _("a call was a nuisance: a supervisor decides"), _tag)
    tag.add_argument("call", metavar="CALL")
    tag.add_argument("why", metavar="WHY", choices=[str(one) for one in Reason], help=" | ".join(Reason))
    tag.add_argument("--note", default="")
    decide = verb(verbs, "decide", _("calls of a tag's number are held back from the next one on"), _decide)
    decide.add_argument("tag", metavar="TAG")
    decide.add_argument("grade", metavar="GRADE", choices=[str(one) for one in Grade], help=" | ".join(Grade))
    decide.add_argument("--days", type=int, required=True)
    _because(decide)
    dismiss = verb(verbs, "dismiss", _("nothing comes of a tag"), _dismiss)
    dismiss.add_argument("tag", metavar="TAG")
    _because(dismiss)
    end = verb(verbs, "end", _("a decision holds no longer"), _end)
    end.add_argument("decision", metavar="DECISION")
    end.add_argument("--mistake", action="store_true", help=_("it ought not to have been decided"))
    _because(end)
    appeal = verb(verbs, "appeal", _("a caller thinks that a number is held back wrongly"), _appeal)
    appeal.add_argument("call", metavar="CALL")
    appeal.add_argument("words", metavar="WORDS", help=_("what the caller says"))
    appeal.add_argument("--number", help=_("where it is another than the one of this call"))
    judge = verb(verbs, "judge", _("decide about an appeal"), _judge)
    judge.add_argument("appeal", metavar="APPEAL")
    judge.add_argument("how", choices=["uphold", "refuse"])
    judge.add_argument("--answer", required=True, help=_("what the caller is told"))
    report = verb(verbs, "report", _("how many, by grade, for how long, appeals, mistakes"), _report)
    add_period(report, _("made at or after: 2026-11-23, 2026-11-23T08:00, or 24h, 7d"), _("made before"))
    report_files.add_forms(report, _("one JSON object"))


def _because(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, help=_("why: it is in the audit log"))


def _list(daemon: Daemon, args: argparse.Namespace) -> int:
    told = daemon.get(PATH)
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for row in told["tags"]:
        print("  ".join(_words("tag", row["id"], row["number"], row["at"][:19], row["by"], row["reason"], row["note"])))
    for row in told["decisions"]:
        print("  ".join(_words("decision", *_told(row))))
    for row in told["appeals"]:
        print(
            "  ".join(
                _words("appeal", row["id"], row["number"], row["due_at"][:19], row["how"], row["by"], row["words"])
            )
        )
    return 0


def _told(row: dict[str, Any]) -> tuple[str, ...]:
    return row["id"], row["number"], row["grade"], row["until"][:19], row["by"], row["why"], row["ended_how"]


def _words(*words: str) -> list[str]:
    return [word for word in words if word]


def _tag(daemon: Daemon, args: argparse.Namespace) -> int:
    row = daemon.post(f"/api/calls/{args.call}/nuisance", {"reason": args.why, "note": args.note})
    print("  ".join(_words(row["id"], row["state"], row["number"])))
    return 0


def _decide(daemon: Daemon, args: argparse.Namespace) -> int:
    body = {"grade": args.grade, "days": args.days, "reason": args.reason}
    return _in_force(daemon.post(f"{PATH}/tags/{args.tag}/decide", body))


def _dismiss(daemon: Daemon, args: argparse.Namespace) -> int:
    row = daemon.post(f"{PATH}/tags/{args.tag}/dismiss", {"reason": args.reason})
    print("  ".join(_words(row["id"], row["state"])))
    return 0


def _end(daemon: Daemon, args: argparse.Namespace) -> int:
    return _in_force(
        daemon.post(f"{PATH}/decisions/{args.decision}/end", {"reason": args.reason, "mistake": args.mistake})
    )


def _appeal(daemon: Daemon, args: argparse.Namespace) -> int:
    row = daemon.post(f"/api/calls/{args.call}/appeal", {"words": args.words, "number": args.number})
    print("  ".join(_words(row["id"], row["number"], row["due_at"][:19])))
    return 0


def _judge(daemon: Daemon, args: argparse.Namespace) -> int:
    told = daemon.post(f"{PATH}/appeals/{args.appeal}/decide", {"upheld": args.how == "uphold", "answer": args.answer})
    print(told["appeal"]["id"], _("upheld") if told["appeal"]["upheld"] else _("refused"))
    return _later(told)


def _in_force(told: dict[str, Any]) -> int:
    print("  ".join(_words(*_told(told["decision"]))))
    return _later(told)


def _later(told: dict[str, Any]) -> int:
    if not told["in_force"]:
        print(_("Asterisk does not answer: it will be told at its next connection"))
    return 0


def _report(daemon: Daemon, args: argparse.Namespace) -> int:
    asked = period(args, ZoneInfo(read(args.config).centre.timezone))
    if asked is None:
        return USAGE
    since, until = asked
    wanted: dict[str, str | int] = {
        name: moment.isoformat() for name, moment in (("since", since), ("until", until)) if moment is not None
    }
    if report_files.wanted(args):
        wanted["form"] = report_files.form(args)
        return report_files.taken(args, daemon.file(f"{PATH}/report/csv", wanted, {}))
    told = daemon.get(f"{PATH}/report", wanted)
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for name, value in told.items():
        if name != "rows":
            print(f"{name:<22} {_plain(value)}")
    return 0


def _plain(value: object) -> object:
    if isinstance(value, list):
        return "  ".join(f"{one['key']} {one['count']}" for one in value)
    return "-" if value is None else value
