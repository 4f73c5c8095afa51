"""What an id of the settings may look like; in a file of its own, for the models that ``settings`` is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
"""An id that goes into dialplan, file names and SQL as it is."""
