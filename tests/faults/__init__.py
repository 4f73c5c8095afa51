"""What is broken on purpose, and the judge of it: written apart from the daemon, importing none of its rooms."""
