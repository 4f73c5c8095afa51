"""Programs that run beside the daemon: Asterisk, nginx, the phone proxy; installed, configured, started, adopted, watched; and what is told to systemd."""
