"""Seats: who may answer, who does, who watches them.

- ``presence.py``  the states a seat can be in, as a table of data
- ``seat_state.py``      one seat's memory; ``after_call.py`` where it lands when the phone falls idle
- ``seats.py``     all seats, and the one place where one changes
- ``phones.py``    what the seats' phones do, followed from the board; ``dead_phone_legs.py`` which of their legs may be nobody's
- ``softphone_reports.py``  what browser phones say of themselves; ``refused_dialling.py`` calls that were not let out
- ``lost_leg.py`` ``lost_leg_recovery.py``  when a call is torn from its seat's page, and what is done about it
- ``left_alone.py``  who is the last telephone in a call is let go
- ``queues.py``    which memberships app_queue should show, and how they are kept so
- ``call_control.py`` ``pending_call_control.py``  transfer, hold, conference, calls: may it be, and what became of it
- ``seat_requests.py`` ``supervision.py``  what agents and supervisors ask for
- ``desk.py``      decides: events and requests in, commands and events out
- ``seat_service.py``     the shell round the desk: tasks, clock, pace, book
- ``callbacks.py`` ``callback_list_rows.py``  call-backs as tasks: the table of their states; what lists show of them
- ``number_area_and_carrier.py``    who calls, as far as the number tells
- ``build.py``     the room as one part
- ``own_reasons.py``       names of people and of reasons
- ``roster.py``    people, skills and rules out of the settings
- ``commands.py`` ``events.py`` ``ports.py``  the room's language and its plugs

In: board events (``cti.events``), requests (``commands.py``), outcomes of commands.
Out: commands to the telephone (``cti.commands``), ``events.py``.
"""
