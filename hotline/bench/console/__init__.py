"""``hotline bench console``: how soon a seat's page knows that its phone rings, with all consoles connected.

``run.py`` sets the stage and prints; ``phones.py`` and ``simulated_consoles.py`` are processes of their own.
"""
