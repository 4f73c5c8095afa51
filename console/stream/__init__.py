"""The live stream's shell: hub, wire, and what touches which row."""
