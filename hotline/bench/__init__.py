"""``hotline bench``: what the daemon costs, measured beside something else in the same run."""
