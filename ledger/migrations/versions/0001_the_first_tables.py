"""The first tables.

Revision 0001, the beginning.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), server_default="", nullable=False),
        sa.Column("locked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "alarms",
        sa.Column("alarm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), server_default="", nullable=False),
        sa.Column("call_id", sa.String(length=80), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("cleared_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarms")),
    )
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alarms_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarms_kind_at"), ["kind", "at"], unique=False)

    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=80), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_call_id"), ["call_id"], unique=False)

    op.create_table(
        "blind_intervals",
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("node", "source", "began_at", name=op.f("pk_blind_intervals")),
    )
    op.create_table(
        "callbacks",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("line", sa.String(length=40), server_default="", nullable=False),
        sa.Column("number", sa.String(length=80), server_default="", nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), server_default="open", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("done_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_callbacks")),
    )
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callbacks_number_state"), ["number", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_callbacks_state_made_at"), ["state", "made_at"], unique=False)

    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("node", sa.String(length=40), server_default="", nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("line", sa.String(length=40), server_default="", nullable=False),
        sa.Column("trunk", sa.String(length=40), server_default="", nullable=False),
        sa.Column("number", sa.String(length=80), server_default="", nullable=False),
        sa.Column("partner", sa.String(length=80), server_default="", nullable=False),
        sa.Column("reference", sa.String(length=80), server_default="", nullable=False),
        sa.Column("origin", sa.String(length=80), server_default="", nullable=False),
        sa.Column("endpoint", sa.String(length=80), server_default="", nullable=False),
        sa.Column("caller", sa.String(length=80), server_default="", nullable=False),
        sa.Column("caller_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("dialled", sa.String(length=80), server_default="", nullable=False),
        sa.Column("arrived_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("notice_at", Moment(), nullable=True),
        sa.Column("notice_prompt", sa.String(length=40), server_default="", nullable=False),
        sa.Column("notice_source", sa.String(length=40), server_default="", nullable=False),
        sa.Column("refusal", sa.String(length=40), server_default="", nullable=False),
        sa.Column("queued_at", Moment(), nullable=True),
        sa.Column("queue", sa.String(length=40), server_default="", nullable=False),
        sa.Column("queue_result", sa.String(length=40), server_default="", nullable=False),
        sa.Column("offers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_offer_at", Moment(), nullable=True),
        sa.Column("talk_began_at", Moment(), nullable=True),
        sa.Column("talk_ended_at", Moment(), nullable=True),
        sa.Column("talk_seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("agent", sa.String(length=40), server_default="", nullable=False),
        sa.Column("holds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("transfers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("ended_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("cause", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wait_seconds", sa.Float(), nullable=True),
        sa.Column("ring_seconds", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("short_abandon", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("merged_into", sa.String(length=80), server_default="", nullable=False),
        sa.Column("uncertain", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_calls")),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_arrived_at"), ["arrived_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_caller_arrived_at"), ["caller", "arrived_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(
            "ix_calls_kpi", ["direction", "arrived_at", "line", "talk_began_at", "wait_seconds"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_calls_line_arrived_at"), ["line", "arrived_at"], unique=False)
        batch_op.create_index(
            "ix_calls_open",
            ["state"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_calls_origin_arrived_at"), ["origin", "arrived_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_seat_arrived_at"), ["seat", "arrived_at"], unique=False)

    op.create_table(
        "endpoint_reach",
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("reach", sa.String(length=40), nullable=False),
        sa.Column("roundtrip_us", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "at", name=op.f("pk_endpoint_reach")),
    )
    op.create_table(
        "legs",
        sa.Column("leg_id", sa.String(length=80), nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("endpoint", sa.String(length=80), server_default="", nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("cause", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("leg_id", name=op.f("pk_legs")),
    )
    with op.batch_alter_table("legs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legs_call_id"), ["call_id"], unique=False)

    op.create_table(
        "line_checks",
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("heard_seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("line", "at", name=op.f("pk_line_checks")),
    )
    op.create_table(
        "node_lives",
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("node", "began_at", name=op.f("pk_node_lives")),
    )
    op.create_table(
        "offers",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leg_id", sa.String(length=80), nullable=False),
        sa.Column("seat", sa.String(length=40), nullable=False),
        sa.Column("queue", sa.String(length=40), server_default="", nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("result", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_offers")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offers_seat_began_at"), ["seat", "began_at"], unique=False)

    op.create_table(
        "outcome_history",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=40), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("agent", sa.String(length=40), server_default="", nullable=False),
        sa.Column("seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("knowledge", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("replaced_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_outcome_history")),
    )
    op.create_table(
        "outcomes",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=40), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("agent", sa.String(length=40), server_default="", nullable=False),
        sa.Column("seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("knowledge", sa.JSON(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_outcomes")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_outcome_at"), ["outcome", "at"], unique=False)

    op.create_table(
        "queue_visits",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entered_at", Moment(), nullable=False),
        sa.Column("left_at", Moment(), nullable=True),
        sa.Column("result", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_queue_visits")),
    )
    with op.batch_alter_table("queue_visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_queue_visits_queue_entered_at"), ["queue", "entered_at"], unique=False)

    op.create_table(
        "recordings",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("state", sa.String(length=8), server_default="raw", nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("path", sa.String(length=300), server_default="", nullable=False),
        sa.Column("format", sa.String(length=8), server_default="", nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("plain_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("plain_sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("stored_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stored_sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("faults", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_recordings")),
    )
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recordings_file"), ["file"], unique=False)
        batch_op.create_index(batch_op.f("ix_recordings_state_ended_at"), ["state", "ended_at"], unique=False)

    op.create_table(
        "seat_log",
        sa.Column("seat", sa.String(length=40), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("agent", sa.String(length=40), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=80), server_default="", nullable=False),
        sa.Column("call_id", sa.String(length=80), server_default="", nullable=False),
        sa.Column("by", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seat", "since", "state", name=op.f("pk_seat_log")),
    )
    with op.batch_alter_table("seat_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_log_agent_since"), ["agent", "since"], unique=False)

    op.create_table(
        "seat_memory",
        sa.Column("seat", sa.String(length=40), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seat", name=op.f("pk_seat_memory")),
    )
    op.create_table(
        "tail_marks",
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("inode", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resume_inode", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resume_offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("node", "source", name=op.f("pk_tail_marks")),
    )
    op.create_table(
        "talks",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leg_id", sa.String(length=80), nullable=False),
        sa.Column("seat", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=40), server_default="", nullable=False),
        sa.Column("queue", sa.String(length=40), server_default="", nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("holds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_seconds", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_talks")),
    )
    with op.batch_alter_table("talks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talks_agent_began_at"), ["agent", "began_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_talks_seat_began_at"), ["seat", "began_at"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("call_id", sa.String(length=80), server_default="", nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("agent", sa.String(length=40), server_default="", nullable=False),
        sa.Column("seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("channel", sa.String(length=40), server_default="", nullable=False),
        sa.Column("line", sa.String(length=40), server_default="", nullable=False),
        sa.Column("caller", sa.String(length=80), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=80), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=40), server_default="", nullable=False),
        sa.Column("work_type", sa.String(length=40), server_default="", nullable=False),
        sa.Column("urgency", sa.String(length=40), server_default="", nullable=False),
        sa.Column("title", sa.String(length=200), server_default="", nullable=False),
        sa.Column("scheme", sa.String(length=40), server_default="", nullable=False),
        sa.Column("scheme_version", sa.String(length=40), server_default="", nullable=False),
        sa.Column("code", sa.String(length=40), server_default="", nullable=False),
        sa.Column("grid_code", sa.String(length=40), server_default="", nullable=False),
        sa.Column("lng", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("crs", sa.String(length=40), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=200), server_default="", nullable=False),
        sa.Column("handle_by", Moment(), nullable=True),
        sa.Column("confidential", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("answered_directly", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("merged_into", sa.String(length=80), server_default="", nullable=False),
        sa.Column("retention_class", sa.String(length=40), server_default="", nullable=False),
        sa.Column("legal_hold", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("key", name=op.f("uq_tickets_key")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_caller_filed_at"), ["caller", "filed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_code_filed_at"), ["code", "filed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_filed_at"), ["filed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_phone_filed_at"), ["phone", "filed_at"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("by_seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("target", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_transfers")),
    )
    op.create_table(
        "outbox",
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=40), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try", Moment(), nullable=False),
        sa.Column("ever_sent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("error_at", Moment(), nullable=True),
        sa.Column("holder", sa.String(length=40), server_default="", nullable=False),
        sa.Column("held_until", Moment(), nullable=True),
        sa.Column("case_number", sa.String(length=80), server_default="", nullable=False),
        sa.Column("query_code", sa.String(length=80), server_default="", nullable=False),
        sa.Column("delivered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"], name=op.f("fk_outbox_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_case_number"), ["case_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_state_next_try"), ["state", "next_try"], unique=False)

    op.create_table(
        "ticket_history",
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("replaced_at", Moment(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"], name=op.f("fk_ticket_history_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "seq", name=op.f("pk_ticket_history")),
    )


def downgrade() -> None:
    op.drop_table("ticket_history")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_state_next_try"))
        batch_op.drop_index(batch_op.f("ix_outbox_case_number"))

    op.drop_table("outbox")
    op.drop_table("transfers")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_phone_filed_at"))
        batch_op.drop_index(batch_op.f("ix_tickets_filed_at"))
        batch_op.drop_index(batch_op.f("ix_tickets_code_filed_at"))
        batch_op.drop_index(batch_op.f("ix_tickets_caller_filed_at"))
        batch_op.drop_index(batch_op.f("ix_tickets_call_id"))

    op.drop_table("tickets")
    with op.batch_alter_table("talks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_talks_seat_began_at"))
        batch_op.drop_index(batch_op.f("ix_talks_agent_began_at"))

    op.drop_table("talks")
    op.drop_table("tail_marks")
    op.drop_table("seat_memory")
    with op.batch_alter_table("seat_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_log_agent_since"))

    op.drop_table("seat_log")
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recordings_state_ended_at"))
        batch_op.drop_index(batch_op.f("ix_recordings_file"))

    op.drop_table("recordings")
    with op.batch_alter_table("queue_visits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_queue_visits_queue_entered_at"))

    op.drop_table("queue_visits")
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcomes_outcome_at"))

    op.drop_table("outcomes")
    op.drop_table("outcome_history")
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offers_seat_began_at"))

    op.drop_table("offers")
    op.drop_table("node_lives")
    op.drop_table("line_checks")
    with op.batch_alter_table("legs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legs_call_id"))

    op.drop_table("legs")
    op.drop_table("endpoint_reach")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_seat_arrived_at"))
        batch_op.drop_index(batch_op.f("ix_calls_origin_arrived_at"))
        batch_op.drop_index(
            "ix_calls_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_calls_line_arrived_at"))
        batch_op.drop_index("ix_calls_kpi")
        batch_op.drop_index(batch_op.f("ix_calls_ended_at"))
        batch_op.drop_index(batch_op.f("ix_calls_caller_arrived_at"))
        batch_op.drop_index(batch_op.f("ix_calls_arrived_at"))

    op.drop_table("calls")
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_callbacks_state_made_at"))
        batch_op.drop_index(batch_op.f("ix_callbacks_number_state"))

    op.drop_table("callbacks")
    op.drop_table("blind_intervals")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_call_id"))
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
    with op.batch_alter_table("alarms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alarms_kind_at"))
        batch_op.drop_index(batch_op.f("ix_alarms_call_id"))

    op.drop_table("alarms")
    op.drop_table("accounts")
