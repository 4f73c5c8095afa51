"""Seats: who may answer, who does, who watches them.

- ``presence.py``  the states a seat can be in, as a table of data
- ``seat.py``      one seat's memory; ``landing.py`` where it lands when the phone falls idle
- ``phones.py``    what the seats' phones do, followed from the board
- ``queues.py``    which memberships app_queue should show, and how they are kept so
- ``verbs.py`` ``deeds.py``  transfer, hold, conference, calls: may it be, and what became of it
- ``wishes.py`` ``supervision.py``  what agents and supervisors ask for
- ``desk.py``      decides: events and requests in, commands and events out
- ``floor.py``     the shell round the desk: tasks, clock, pace, book
- ``roster.py``    people, skills and rules out of the settings
- ``commands.py`` ``events.py`` ``ports.py``  the room's language and its plugs

In: board events (``cti.events``), requests (``commands.py``), outcomes of commands.
Out: commands to the telephone (``cti.commands``), ``events.py``.
"""
