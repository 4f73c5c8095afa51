"""The gazetteer in use, opened for the console: the city's own, or the shipped one where there is none or it is damaged."""

from __future__ import annotations

import structlog

from bridge.gazetteer.compiled import GazetteerFault, Gazetteers
from bridge.gazetteer.search import Gazetteer
from config.file_places import Places

log = structlog.get_logger("places")


def opened(places: Places) -> Gazetteer:
    """Takes seconds the first time: off the loop. Raises OSError, ValueError."""
    shelf = Gazetteers(places.gazetteer)
    try:
        return Gazetteer(shelf.ready())
    except (GazetteerFault, ValueError) as fault:  # tantivy's own faults are ValueErrors
        log.error("the imported gazetteer cannot be used: the shipped one is", fault=str(fault))
        return Gazetteer(shelf.shipped())
