"""Talking to the caller before (and after) a human does.

- ``walker.py``     walks a line's journey (``config/journey``) as Asterisk does, pure
- ``advice.py``     the questions a journey may ask the daemon, and who answers; ``self_service.py`` what a caller who helps himself is told
- ``agi.py``        AGI lines ⇄ values, pure
- ``server.py``     the door: FastAGI on Twisted, loopback only
- ``hours.py``      is the line open at this moment (work calendar, operator's table)
- ``prompts.py``    which prompts exist, how long they last, which text has no sound
- ``numbers.py``    a number → the sounds to play
- ``sound_file.py`` any sound file → the one form Asterisk plays
- ``drawing.py``    a journey as a person reads it: text or SVG
- ``sounds/``       the shipped prompts
- ``voice.py``, ``telephone_loudness.py``, ``manifest.py``  text → sound, at build time (``hotline prompts build``)
- ``build.py`` the room as one part; ``events.py`` ``errors.py`` ``ports.py`` its language and its plugs

The telephone does not depend on this room: the dialplan walks the journey by itself, and where it
asks for an advice it has a deadline and a way to go without one.
"""
