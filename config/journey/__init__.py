"""What a caller goes through, as one graph with two readers (decision 0024).

- ``steps.py``  the typed steps and the ways out of each
- ``graph.py``  the journey of a line: its own of ``[journey]``, or the one its older settings make
- ``switched.py``  what switches put before a journey, and a mode's own steps
- ``proof.py``  does every way lead on, and every caller to an end

``render/journeys.py`` writes the dialplan from it; ``ivr/walker.py`` walks it.
"""
