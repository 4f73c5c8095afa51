"""Alarms: rules over what is read once a second, the service that keeps them, and the sources read for them."""
