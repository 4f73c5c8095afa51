"""Tests against a real Asterisk: the kit (``site.py``) and what a centre lives through."""
