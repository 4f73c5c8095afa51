"""Records as table rows: plain dicts for ``executemany``. Pure; used by ``scribe.py``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cti.equipment_events import RowsRefused
from cti.ids import Instant

from .call_record import (
    CallbackOffer,
    CallRecord,
    Graded,
    JourneyStep,
    Leg,
    Offer,
    Promise,
    SelfService,
    Survey,
    Talk,
    Tape,
    Transfer,
    Visit,
    Voicemail,
    waited,
)
from .differences import Difference, Kind
from .unwritten_rows import Gap

Row = dict[str, Any]


def moment(at: Instant | float) -> datetime:
    """An Instant as an aware UTC datetime."""
    return datetime.fromtimestamp(at, UTC)


def maybe(at: Instant | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def clip(text: str, most: int = 80) -> str:
    """What a phone network sent, made to fit: PostgreSQL refuses a row for one letter too many, or for a NUL."""
    return text.replace("\0", "")[:most]


def call_row(r: CallRecord) -> Row:
    answers = r.answers
    first = answers[0] if answers else None
    visit = r.visits[-1] if r.visits else None
    return {
        "call_id": r.call,
        "node": r.call.rpartition("-")[0],
        "direction": r.direction,
        "line": clip(r.line, 40),
        "trunk": clip(r.trunk, 40),
        "number": clip(r.number),
        "partner": clip(r.partner),
        "reference": clip(r.reference),
        "origin": clip(r.origin),
        "endpoint": clip(r.endpoint),
        "caller": clip(r.caller),
        "caller_name": clip(r.caller_name, 200),
        "dialled": clip(r.dialled),
        "arrived_at": moment(r.arrived),
        "answered_at": maybe(r.answered),
        "notice_at": maybe(r.notice),
        "notice_prompt": clip(r.notice_prompt, 40),
        "notice_source": clip(r.notice_source, 40),
        "refusal": clip(r.refusal, 40),
        "diverted": clip(r.diverted),
        "hidden": r.hidden,
        "queued_at": maybe(r.queued),
        "queue": clip(visit.queue, 40) if visit else "",
        "queue_result": visit.result if visit else "",
        "offers": len(r.offers),
        "first_offer_at": maybe(r.first_offer),
        "talk_began_at": maybe(first.began) if first else None,
        "talk_ended_at": maybe(answers[-1].ended) if first else None,
        "talk_seconds": round(r.talk_seconds, 6),
        "seat": clip(first.seat, 40) if first else "",
        "agent": first.agent if first else "",
        "holds": sum(talk.holds for talk in answers),
        "held_seconds": round(sum(talk.held_seconds for talk in answers), 6),
        "transfers": r.given_away,
        "ended_at": maybe(r.ended),
        "ended_by": r.ended_by,
        "cause": r.cause,
        "wait_seconds": waited(r.queued, r),
        "ring_seconds": waited(r.first_offer, r),
        "state": "open" if r.ended is None else "closed",
        "short_abandon": r.short_abandon,
        "merged_into": r.merged_into,
        "uncertain": r.uncertain,
        "caller_odd": clip(r.odd, 200),
    }


def leg_row(leg: Leg) -> Row:
    return {
        "leg_id": leg.leg,
        "call_id": leg.call,
        "endpoint": clip(leg.endpoint),
        "began_at": moment(leg.began),
        "ended_at": maybe(leg.ended),
        "cause": leg.cause,
        "received": leg.received,
        "lost": leg.lost,
        "jitter_ms": leg.jitter_ms,
        "sent": leg.sent,
        "lost_there": leg.lost_there,
    }


def offer_row(offer: Offer) -> Row:
    return {
        "call_id": offer.call,
        "seq": offer.seq,
        "leg_id": offer.leg,
        "seat": clip(offer.seat, 40),
        "queue": clip(offer.queue, 40),
        "began_at": moment(offer.began),
        "ended_at": maybe(offer.ended),
        "result": offer.result,
    }


def talk_row(talk: Talk) -> Row:
    return {
        "call_id": talk.call,
        "seq": talk.seq,
        "leg_id": talk.leg,
        "seat": clip(talk.seat, 40),
        "agent": talk.agent,
        "queue": clip(talk.queue, 40),
        "began_at": moment(talk.began),
        "ended_at": maybe(talk.ended),
        "holds": talk.holds,
        "held_seconds": round(talk.held_seconds, 6),
    }


def visit_row(visit: Visit) -> Row:
    return {
        "call_id": visit.call,
        "seq": visit.seq,
        "queue": clip(visit.queue, 40),
        "position": visit.position,
        "entered_at": moment(visit.entered),
        "left_at": maybe(visit.left),
        "result": visit.result,
    }


def transfer_row(transfer: Transfer) -> Row:
    return {
        "call_id": transfer.call,
        "seq": transfer.seq,
        "at": moment(transfer.at),
        "kind": transfer.kind,
        "by_seat": clip(transfer.by, 40),
        "target": clip(transfer.to),
        "became_seat": clip(transfer.became.seat, 40) if transfer.became else "",
        "became_agent": transfer.became.agent if transfer.became else "",
    }


def voicemail_row(voicemail: Voicemail) -> Row:
    return {
        "call_id": voicemail.call,
        "prompt": clip(voicemail.prompt, 40),
        "began_at": moment(voicemail.began),
        "ended_at": maybe(voicemail.ended),
        "how": voicemail.how,
        "said_seconds": round(voicemail.said_seconds, 3),
    }


def survey_row(survey: Survey, record: CallRecord) -> Row:
    """With the seat and agent he talked with last: of those who were with him together the one who left last."""
    last = max(
        record.answers, key=lambda talk: (talk.ended is None, talk.ended or talk.began, talk.began), default=None
    )
    return {
        "call_id": survey.call,
        "at": moment(survey.at),
        "line": clip(record.line, 40),
        "queue": clip(last.queue, 40) if last else "",
        "seat": clip(last.seat, 40) if last else "",
        "agent": last.agent if last else "",
        "score": survey.score,
        "solved": {True: "yes", False: "no", None: ""}[survey.solved],
    }


def callback_offer_row(offer: CallbackOffer, record: CallRecord) -> Row:
    return {
        "call_id": offer.call,
        "queue": clip(offer.queue, 40),
        "offered_at": maybe(offer.offered),
        "place": offer.place,
        "asked_at": maybe(offer.asked),
        "taken_at": maybe(offer.taken),
        "number": clip(offer.number),
        "up_at": maybe(offer.up),
        "seat": clip(offer.seat, 40),
        "called_at": maybe(offer.called),
        "answered": offer.answered,
        "cause": offer.cause,
        "came_back": offer.taken_over,
        "result": str(offer.result(record)),
    }


def promise_row(promise: Promise) -> Row:
    return {
        "call_id": promise.call,
        "seq": promise.seq,
        "at": moment(promise.at),
        "queue": clip(promise.queue, 40),
        "place": promise.place,
        "minutes": promise.minutes,
        "waited_seconds": None if promise.waited is None else round(promise.waited, 3),
    }


def self_service_row(one: SelfService, record: CallRecord) -> Row:
    return {
        "call_id": one.call,
        "seq": one.seq,
        "at": moment(one.at),
        "line": clip(record.line, 40),
        "service": clip(one.service, 40),
        "result": clip(one.result, 40),
        "about": clip(one.about, 40),
        "said": clip(one.said, 40),
    }


def journey_step_row(one: JourneyStep) -> Row:
    return {
        "call_id": one.call,
        "seq": one.seq,
        "at": moment(one.at),
        "step": clip(one.step, 80),
        "way": clip(one.way, 40),
    }


def graded_row(one: Graded, record: CallRecord) -> Row:
    return {
        "call_id": one.call,
        "seq": one.seq,
        "at": moment(one.at),
        "line": clip(record.line, 40),
        "grade": clip(one.grade, 40),
        "step": clip(one.step, 40),
    }


def tape_row(tape: Tape) -> Row:
    return {
        "call_id": tape.call,
        "part": tape.part,
        "file": clip(tape.file, 200),
        "started_at": moment(tape.started),
        "ended_at": maybe(tape.ended),
    }


GAP = "rows of Asterisk's record were lost"


def gap_row(gap: Gap, node: str) -> Row:
    return {
        "node": node, "source": "book", "began_at": moment(gap.since), "ended_at": maybe(gap.until),
        "reason": clip(gap.why or GAP, 200),
    }  # fmt: skip


def gap_difference(gap: Gap, node: str) -> Difference:
    until = f"{moment(gap.until):%Y-%m-%d %H:%M:%S}Z" if gap.until is not None else "now"
    said = f"{gap.why or GAP}: calls between {moment(gap.since):%Y-%m-%d %H:%M:%S}Z and {until} may be missing"
    return Difference(
        f"gap:{node}:{gap.since:.6f}", "book", Kind.GAP, node, said, since=moment(gap.since), until=maybe(gap.until)
    )


def refused_difference(e: RowsRefused) -> Difference:
    said = f"{e.rows} rows of {e.file} from byte {e.offset} on are not as Asterisk writes them ({e.why}): {e.sample}"
    key = f"rows:{e.file}:{e.inode}:{e.offset}"
    return Difference(key, "book", Kind.REFUSED, e.file, clip(said, 1000), since=moment(e.at))
