"""The console's side of the daemon: what the console room asks for, answered from board, desk and ledger."""
