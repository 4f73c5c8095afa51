"""The door to browsers and scripts: REST on loopback (the stream and sessions follow).

Map: ``ports.py`` what it needs · ``plugs.py`` the same, bundled · ``contract/`` what goes
over the wire · ``guard.py`` token and size limits · ``answers.py`` one shape for errors ·
``routes/`` one file a subject · ``metrics.py`` numbers for Prometheus · ``server.py`` the app and its socket.
"""
