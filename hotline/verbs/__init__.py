"""What the command line can do: one module a verb, and what several of them share."""
