"""What keeps the ledger up with what happened: the book's reader, the witnesses' comparison, logs that must not be lost."""
