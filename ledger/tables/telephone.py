"""What happened on the telephone: written by the scribe alone (``holds`` apart: a person's word)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from ledger.columns import Moment

from .shared import Big, Id, Number, Word, count, flag, metadata, national, number, partial, text

calls = Table(
    "calls",
    metadata,
    Column("call_id", Id, primary_key=True),
    text("node"),
    Column("direction", String(10), nullable=False),
    text("line"),
    text("trunk"),
    text("number", Number),
    text("partner", Number),
    text("reference", Number),
    text("origin", Number),
    text("endpoint", Number),
    text("caller", Number),
    text("caller_name", String(200)),
    text("dialled", Number),
    Column("arrived_at", Moment, nullable=False),
    Column("answered_at", Moment),  # Asterisk picked up; a human did at talk_began_at
    Column("notice_at", Moment),
    text("notice_prompt"),
    text("notice_source"),
    text("refusal"),
    text("diverted", Number),
    flag("hidden"),
    Column("queued_at", Moment),
    text("queue"),
    text("queue_result"),
    count("offers"),
    Column("first_offer_at", Moment),
    Column("talk_began_at", Moment),
    Column("talk_ended_at", Moment),
    number("talk_seconds"),
    text("seat"),
    text("agent"),
    count("holds"),
    number("held_seconds"),
    count("transfers"),
    Column("ended_at", Moment),
    text("ended_by"),
    count("cause"),
    Column("wait_seconds", Float),  # from entering the first queue to talk, or to the end
    Column("ring_seconds", Float),  # from the first offer to talk, or to the end
    Column("state", String(8), nullable=False, server_default="open"),
    flag("short_abandon"),
    text("merged_into", Id),
    flag("uncertain"),
    text("caller_odd", String(200)),  # the calling number as it was sent, where that is more than a number
    national("caller"),
    national("origin"),
    text("case_id", String(26)),  # the case it is about; of several that it brought the first
    flag("pending"),  # a citizen's call that is over and may have no outcome yet; ``ledger/pending_calls.py``
    Index(None, "arrived_at"),
    Index(None, "line", "arrived_at"),
    Index(None, "caller_national", "arrived_at"),
    Index(None, "origin_national", "arrived_at"),
    Index(None, "seat", "arrived_at"),
    Index("ix_calls_open", "state", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
    partial("ix_calls_merged", "merged_into", where="merged_into <> ''"),
    partial("ix_calls_case", "case_id", where="case_id <> ''"),
    partial("ix_calls_dialled", "dialled", "arrived_at", where="direction = 'outbound'"),
    partial("ix_calls_pending", "arrived_at", "call_id", where="pending"),
    Index("ix_calls_kpi", "direction", "arrived_at", "line", "queue", "talk_began_at", "wait_seconds"),
    Index(None, "ended_at"),
)

legs = Table(
    "legs",
    metadata,
    Column("leg_id", Id, primary_key=True),
    Column("call_id", Id, nullable=False),
    text("endpoint", Number),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    count("cause"),
    # what sound went over it, in packets; NULL: not known
    Column("received", Integer),
    Column("lost", Integer),
    Column("jitter_ms", Float),
    Column("sent", Integer),
    Column("lost_there", Integer),
    Index(None, "call_id"),
)

offers = Table(
    "offers",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("leg_id", Id, nullable=False),
    Column("seat", Word, nullable=False),
    text("queue"),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    text("result"),
    Index(None, "seat", "began_at"),
)

talks = Table(
    "talks",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("leg_id", Id, nullable=False),
    Column("seat", Word, nullable=False),
    text("agent"),
    text("queue"),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    count("holds"),
    number("held_seconds"),
    Index(None, "seat", "began_at"),
    Index(None, "agent", "began_at"),
    partial("ix_talks_later", "seat", "call_id", where="seq > 0"),
)

queue_visits = Table(
    "queue_visits",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("queue", Word, nullable=False),
    count("position"),
    Column("entered_at", Moment, nullable=False),
    Column("left_at", Moment),
    text("result"),
    Index(None, "queue", "entered_at"),
)

transfers = Table(
    "transfers",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", Word, nullable=False),
    text("by_seat"),
    text("target", Number),
    text("became_seat"),  # who had the caller then, and the agent there; '' nobody, or not a seat
    text("became_agent"),
)

voicemails = Table(  # messages that callers left; the sound is in the recording of the call
    "voicemails",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("prompt", Word, nullable=False),  # which asked for it
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    text("how"),  # cti.journey_events.VoicemailEnd
    number("said_seconds"),  # without the silence that ended it; too short, it is none
    Index(None, "began_at"),
)

wait_promises = Table(  # what one who waits was told of his place and time, and how long he waited then
    "wait_promises",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("queue", Word, nullable=False),
    count("place"),  # 1: the next
    Column("minutes", Integer),  # NULL: no time was told
    Column("waited_seconds", Float),  # from then to an agent; NULL: nobody answered, or not yet
    Index(None, "at"),
)

callback_offers = Table(  # to be called instead of waiting on: what was offered, taken, and what came of it
    "callback_offers",
    metadata,
    Column("call_id", Id, primary_key=True),
    text("queue"),
    Column("offered_at", Moment),  # first; NULL: the key came unasked
    count("place"),  # when it was asked for, else offered; 1: the next
    Column("asked_at", Moment),  # the key: from here on the place is kept
    Column("taken_at", Moment),  # the number is known; NULL: not taken
    text("number", Number),  # where to call
    Column("up_at", Moment),  # a seat took the place
    text("seat"),
    Column("called_at", Moment),  # the call of the citizen was over
    flag("answered"),
    count("cause"),  # Q.850
    text("came_back", Id),  # the call in which the citizen took the place himself
    text("result"),  # call_record.OfferEnd; '' not known yet
    Index(None, "taken_at"),
)

surveys = Table(  # what callers thought of the service, by keys after the talk
    "surveys",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("at", Moment, nullable=False),  # asked
    text("line"),
    text("queue"),
    text("seat"),  # of the last talk, with its agent
    text("agent"),
    Column("score", Integer),  # 1 (worst) to 5; NULL: no key
    text("solved"),  # yes | no | ''
    Index(None, "at"),
)

# written by ledger/partner_handovers.py alone
handovers = Table(
    "handovers",
    metadata,
    Column("handover_id", String(26), primary_key=True),
    Column("call_id", Id, nullable=False),
    Column("partner", Word, nullable=False),
    text("seat"),
    text("agent"),
    text("ticket_id", String(26)),  # '' none was filed yet
    text("summary", Text()),
    Column("asked_at", Moment, nullable=False),
    Column("answered_at", Moment),  # the partner's desk
    text("reference", Number),  # the partner's own number of the matter
    Column("ended_at", Moment),  # accepted, or the citizen is ours again
    text("how"),  # bridge.handover.HandoverEnd; '' it goes on
    text("ended_by"),  # the agent whose word it is; '' the telephone's
    text("note", Text()),  # refused why
    Index(None, "call_id"),
    Index(None, "asked_at"),
    partial("ix_handovers_ticket", "ticket_id", where="ticket_id <> ''"),
    partial("ix_handovers_open", "call_id", where="ended_at IS NULL"),
)

is_being_handed_over = handovers.c.ended_at.is_(None)
"""Of the small index."""

# written by ledger/partner_matters.py alone
partner_matters = Table(
    "partner_matters",
    metadata,
    Column("matter_id", String(26), primary_key=True),
    Column("partner", Word, nullable=False),
    text("number", Number),  # the partner's own, as it was first written; '' it has told none
    text("folded", Number),  # as it is compared: bridge.partner_states.folded
    text("ticket_id", String(26)),  # the one ticket of this matter; '' none yet
    text("handover_id", String(26)),  # by which it came to the partner; '' it came from there
    text("state"),  # bridge.partner_states.MatterState; '' the partner has said none
    Column("since", Moment),  # the partner's own moment
    Column("sequence", Big, nullable=False, server_default="0"),
    text("word", String(80)),
    text("unit", String(200)),
    text("note", Text()),
    Column("noted_at", Moment, nullable=False),
    Column("moved_at", Moment),
    Index(
        "ix_partner_matters_number",
        "partner",
        "folded",
        unique=True,
        sqlite_where=sa.text("folded <> ''"),
        postgresql_where=sa.text("folded <> ''"),
    ),
    partial("ix_partner_matters_ticket", "ticket_id", where="ticket_id <> ''"),
    partial("ix_partner_matters_handover", "handover_id", where="handover_id <> ''"),
    Index(None, "noted_at"),
    Index(None, "moved_at"),
)

partner_states = Table(  # all that was heard of them; nothing of it is ever changed
    "partner_states",
    metadata,
    Column("matter_id", String(26), primary_key=True),
    Column("sequence", Big, primary_key=True, autoincrement=False),
    Column("state", Word, nullable=False),
    Column("at", Moment, nullable=False),
    Column("heard_at", Moment, nullable=False),
    text("word", String(80)),
    text("unit", String(200)),
    text("note", Text()),
    flag("late"),
)

self_services = Table(  # what callers asked and were told by keys, without an agent
    "self_services",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    text("line"),
    Column("service", Word, nullable=False),  # progress | mass_event
    Column("result", Word, nullable=False),  # told | wrong | refused | silent | unanswered | offered | joined
    text("about"),  # the case's number where the code was right, the event; a wrong number is kept nowhere
    text("said"),  # the step or state of the case that was told
    Index(None, "at"),
)

journey_steps = Table(  # by which way callers left the steps of their journey; a line without branches has none
    "journey_steps",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("step", String(80), nullable=False),
    text("way"),  # a key, silence, otherwise; open, closed; on, off; an answer
)

recordings = Table(
    "recordings",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False, server_default="1"),  # each raw file is one
    # the scribe's columns
    Column("file", String(200), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    # the shelf's columns: upserts of the scribe leave them alone
    Column(
        "state", String(8), nullable=False, server_default="raw"
    ),  # recordings.states: raw | shelved | failed | dropped
    Column("settled_at", Moment),
    text("reason"),
    text("path", String(300)),
    text("format", String(8)),
    Column("seconds", Float),
    Column("plain_bytes", Big),
    text("plain_sha256", String(64)),
    Column("stored_bytes", Big),
    text("stored_sha256", String(64)),
    flag("sealed"),
    text("faults", String(200)),  # words, space between
    # how long it is kept, and what became of it then
    Column("kept_until", Moment),  # NULL: not decided yet, or for ever
    text("kept_by"),  # kind and months by which that was decided (recordings.retention.rule); '' not decided yet
    Column("dropped_at", Moment),
    text("dropped_why", String(200)),
    text("dropped_by"),
    text("certificate", Text()),  # the proof of its deletion
    Index(None, "state", "ended_at"),
    Index(None, "file"),
    partial("ix_recordings_terms", "kept_by", "started_at", where="state = 'shelved'"),
    partial("ix_recordings_expiring", "kept_until", where="state = 'shelved'"),
    partial("ix_recordings_dropping", "dropped_at", where="state = 'dropped' AND certificate = ''"),
    partial("ix_recordings_dropped", "dropped_at", where="state = 'dropped'"),
)

is_shelved = sa.literal_column("recordings.state") == sa.literal_column("'shelved'")
"""Spelled out: the small indexes by which terms are decided and found to be over."""

is_dropped = sa.literal_column("recordings.state") == sa.literal_column("'dropped'")
"""Likewise: what was deleted in one run."""

is_dropping = sa.and_(
    is_dropped,
    sa.literal_column("recordings.certificate") == sa.literal_column("''"),
)
"""Given up, and not yet proved to be gone; spelled out for the same reason."""

holds = Table(  # a word of somebody that what is told of here is not deleted, whatever its time
    "holds",
    metadata,
    Column("hold_id", Big, primary_key=True, autoincrement=True),
    Column("kind", Word, nullable=False),  # recordings.holds.Subject: call | case | number
    Column("subject", Number, nullable=False),
    Column("by", Word, nullable=False),
    Column("why", Text(), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),  # NULL: until somebody lifts it
    text("lifted_by"),
    Index(None, "kind", "subject"),
    Index(None, "until"),
)

tail_marks = Table(
    "tail_marks",
    metadata,
    Column("node", Word, primary_key=True),
    Column("source", Word, primary_key=True),  # cel | queue_log
    Column("inode", Big, nullable=False),
    Column("offset", Big, nullable=False),
    Column("resume_inode", Big, nullable=False),
    Column("resume_offset", Big, nullable=False),
    Column("moved_at", Moment, nullable=False),
    # what the files begin with and what stands before the places: an inode may be another file's by now
    text("head"),
    text("before"),
    text("resume_head"),
    text("resume_before"),
    Column("row_at", Float),  # of the newest row read
    Column("life_at", Float),  # the newest life of Asterisk known at resume
    text("past", Text()),  # heads of files not read any more
)

node_lives = Table(
    "node_lives",
    metadata,
    Column("node", Word, primary_key=True),
    Column("began_at", Moment, primary_key=True),
)

blind_intervals = Table(
    "blind_intervals",
    metadata,
    Column("node", Word, primary_key=True),
    Column("source", Word, primary_key=True),  # book: can not be back-filled | board: the live picture only
    Column("began_at", Moment, primary_key=True),
    Column("ended_at", Moment),
    text("reason", String(200)),
)

differences = Table(
    "differences",
    metadata,
    Column("key", String(200), primary_key=True),
    text("node"),
    Column("witness", Word, nullable=False),  # book | wire | spool | ledger
    Column("kind", Word, nullable=False),  # ledger.differences.Kind
    text("subject", String(200)),
    text("call_id", Id),
    text("detail", Text()),
    Column("since", Moment),
    Column("until", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("accepted_at", Moment),
    text("accepted_by"),
    text("reason", Text()),
    Index(None, "call_id"),
    Index(None, "accepted_at", "seen_at"),
)

is_open = calls.c.state == sa.literal_column("'open'")
"""Spelled out, not bound: only so can SQLite use the small index of the open calls."""

is_pending: sa.ColumnElement[bool] = sa.literal_column("calls.pending")
"""Spelled out likewise: the small index of the calls that may have no outcome yet."""

went_out = calls.c.direction == sa.literal_column("'outbound'")
"""Spelled out for the same reason: the small index of the calls that we made."""

was_merged = calls.c.merged_into != sa.literal_column("''")
"""Spelled out for the same reason: the small index of the merged calls."""

talked_later = talks.c.seq > sa.literal_column("0")
"""Not the first talk of its call, whose seat stands in ``calls``."""
