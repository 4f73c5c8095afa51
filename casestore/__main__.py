"""``python -m casestore FILE``."""

import gc
import os
import sys

gc.disable()  # what is imported stays: nobody need look for garbage in it
from casestore.program import main  # noqa: E402

gc.freeze()
gc.enable()
status = main()
sys.stderr.flush()
os._exit(status)  # all is closed: tearing the interpreter down takes longer than everything before
