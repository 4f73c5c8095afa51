"""Text messages and partners' echoes as one part: rules and doors of the settings. Called by ``hotline``."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import structlog

from bridge.case_state import CaseState
from bridge.delivery_retry import RetryRule
from bridge.webhook_signature import key_of
from config import secrets
from config.settings import Settings

from .doors import Door
from .partner_endpoint import Endpoint, PartnerEndpoints
from .rules import Channel, Rules
from .sender import NotificationBook, Sender
from .sms_gateway import Shape, SmsGateway

log = structlog.get_logger("notifications")
LASTS = timedelta(hours=72)


def rules_of(settings: Settings) -> Rules:
    sms = settings.sms
    progress = {CaseState(state): text for state, text in sms.progress.items() if text}
    partners = frozenset(one.system for one in settings.partner_status)
    return Rules(bool(sms.url), sms.receipt, progress, sms.link, partners)


def handed_over_to(settings: Settings) -> dict[str, tuple[str, Path]]:
    """Partners whose endpoint gets the work order of a hand-over: their own, or where states are told to them."""
    states = {one.system: (str(one.url), one.secret) for one in settings.partner_status}
    found = {}
    for one in settings.partner:
        if one.url is not None and one.secret is not None:
            found[one.id] = (str(one.url), one.secret)
        elif one.id in states:
            found[one.id] = states[one.id]
    return found


def partner_keys(settings: Settings) -> dict[str, list[bytes]]:
    """Partner → by which its own calls are signed: the secrets that are shared with it. Raises FileRefused."""
    found: dict[str, list[bytes]] = {}
    told = [(one.system, one.secret) for one in settings.partner_status]
    for name, secret in [*told, *((one.id, one.secret) for one in settings.partner if one.secret is not None)]:
        try:
            key = key_of(secrets.value(secret))
        except ValueError as fault:  # too weak to let anybody in by it
            log.warning("nobody may sign by this secret", partner=name, file=str(secret), fault=str(fault))
            continue
        if key not in found.setdefault(name, []):
            found[name].append(key)
    return found


def doors_of(settings: Settings) -> dict[str, Door]:
    """Raises FileRefused: a secret's file that cannot be read, or holds none."""
    found: dict[str, Door] = {}
    sms = settings.sms
    if sms.url:
        shape = Shape(
            sms.url, sms.body == "form", sms.number_field, sms.text_field, sms.key_field, dict(sms.more),
            sms.secret_header, sms.secret_before, sms.accepted_field, sms.accepted, sms.receipt_field,
        )  # fmt: skip
        found[Channel.SMS] = SmsGateway(shape, secrets.value(sms.secret) if sms.secret else "", repeats=sms.repeats)
    if settings.partner_status:
        theirs = {one.system: Endpoint(one.url, secrets.value(one.secret)) for one in settings.partner_status}
        found[Channel.PARTNER] = PartnerEndpoints(theirs)
    if orders := handed_over_to(settings):
        read = {name: Endpoint(url, secrets.value(secret)) for name, (url, secret) in orders.items()}
        found[Channel.HANDOVER] = PartnerEndpoints(read)
    return found


def build(settings: Settings, book: NotificationBook) -> Sender:
    """Raises FileRefused."""
    way = settings.outbox
    rule = RetryRule(way.retry_first_seconds, way.retry_most_seconds, way.poison_after)
    return Sender(book, doors_of(settings), rule, random.random, LASTS)
