"""The reports that a page can take as a file (``hotline report`` has them too)."""

from __future__ import annotations

from typing import Literal, get_args

ReportName = Literal["kpi", "turned-away", "waits", "satisfaction", "promises", "self-service"]
NAMES: tuple[str, ...] = get_args(ReportName)
