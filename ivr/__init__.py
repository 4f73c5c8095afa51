"""Talking to the caller before (and after) a human does.

- ``steps.py``      what a journey may do: Greet, Say, Ask, Enqueue, Close, Note
- ``journeys/``     one caller journey a file: a generator of steps that reads like a script
- ``dialogue.py``   runs one journey, sans-I/O: steps become AGI commands, results answers
- ``agi.py``        AGI lines ⇄ values, pure
- ``server.py``     the door: FastAGI on Twisted, loopback only
- ``hours.py``      is the line open at this moment (work calendar, operator's table)
- ``prompts.py``    which prompts exist, how long they last, which text has no sound
- ``numbers.py``    a number → the sounds to play
- ``sound_check.py`` can Asterisk play this file
- ``voice.py``, ``levels.py``, ``manifest.py``  text → sound, at build time (``hotline prompts build``)

The telephone does not depend on this room: each step re-arms a deadline in Asterisk,
and the rendered dialplan greets and queues by itself when it passes or nobody answers.
"""
