"""The case store that comes with us, from its pure rules to its process."""
