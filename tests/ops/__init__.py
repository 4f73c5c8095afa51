"""What an operator does, as docs/operating.md says it: the release file and each step of the first days."""
