"""Every report as a table with heads in the reader's language, for command line and pages alike: ``report_tables.py`` · ``report_columns.py``."""
