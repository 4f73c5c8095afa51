"""The way to other city systems: what a citizen asked for, and its safe delivery to the case store.

Map: ``ticket.py`` what is filed · ``draft.py`` raw input → ticket or problems ·
``intake.py`` the desk that
files them · ``choices.py`` the enumerations an operator can extend · ``catalogue.py`` part and event
codes · ``disposition.py`` how a call may end without a ticket · ``outbox.py`` the retry
rule · ``courier.py`` the loop that delivers · ``drivers/`` the doors to case stores ·
``casestore/`` the store that comes with us · ``ports.py`` what the ledger does for us.
"""
