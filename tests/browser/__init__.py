"""The pages in a real Chromium, against a real Asterisk, daemon and nginx, with real sound."""
