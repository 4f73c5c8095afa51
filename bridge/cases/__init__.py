"""What becomes of a ticket as a case: its time limits, and the sums it is judged by. Pure.

``clock.py`` when a limit is over · ``case_clock.py`` one case's handling clock: suspended, extended, returned ·
``limit_texts.py`` limits as cities write them · ``case_kpi.py`` rates with their denominators.
"""
