"""The gazetteer in use, opened for the console: the city's own, or the shipped one where there is none or it is damaged."""

from __future__ import annotations

import structlog

from bridge.gazetteer.compiled import GazetteerFault, GazetteerOld, Gazetteers
from bridge.gazetteer.search import Gazetteer
from config.file_places import Places

log = structlog.get_logger("places")


def opened(places: Places) -> Gazetteer:
    """Takes seconds the first time: off the loop. Raises GazetteerFault, OSError, ValueError.

    A city's own is never compiled here: of a large one that takes minutes and memory that calls want.
    """
    shelf = Gazetteers(places.gazetteer)
    try:
        found = shelf.imported()
        if found is not None:
            return Gazetteer(found)
    except GazetteerOld:
        log.error("the imported gazetteer is of another version: the shipped one is used. Cure: hotline places check "
                  "compiles it anew, then hotline reload")  # fmt: skip
    except (GazetteerFault, OSError, ValueError) as fault:  # tantivy's own faults are ValueErrors
        log.error("the imported gazetteer cannot be used: the shipped one is", fault=str(fault))
    return Gazetteer(shelf.shipped())
