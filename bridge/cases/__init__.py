"""What becomes of a ticket as a case: limits as they are written, and the sums it is judged by. Pure.

``limit_texts.py`` limits as cities write them · ``case_kpi.py`` rates with their denominators. The clocks themselves, which the case
store needs too, are ``config/work_time.py`` and ``config/case_clock.py``.
"""
