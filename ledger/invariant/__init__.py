"""The rules by which ``ledger/verify.py`` proves that every call has one outcome and nothing is owed: ``rule.py`` what a rule is ·
``call_rules.py`` · ``debt_rules.py`` (what is owed to citizens, and to the case store) · ``matter_rules.py`` (shared with partners) · ``record_rules.py`` (recordings, times, the audit log).
"""
