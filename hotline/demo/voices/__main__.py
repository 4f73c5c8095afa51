"""``python -m hotline.demo.voices``: see the package."""

from . import build

build()
