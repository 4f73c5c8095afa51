"""``hotline run`` whose driver reaches the case store through another port: a proxy of the test stands there.

``python -m tests.faults.proxied_case_store run --config FILE --var DIR``, the port in ``HOTLINE_TEST_STORE_PORT``. A killed
store is started again after half a second each time: the pauses that grow are told by ``tests/hotline``, not here.
"""

from __future__ import annotations

import os
import sys
from unittest.mock import patch

from bridge import case_store_choice
from bridge.drivers.native import Native
from hotline.cli import main
from hotline.programs import child_program

PORT = "HOTLINE_TEST_STORE_PORT"


def through(_url: str, secret: str) -> Native:
    return Native(f"http://127.0.0.1:{os.environ[PORT]}", secret)


if __name__ == "__main__":
    with (
        patch.object(case_store_choice, "Native", through),
        patch.object(child_program, "MOST_PAUSE", child_program.FIRST_PAUSE),
    ):
        sys.exit(main(sys.argv[1:]))
