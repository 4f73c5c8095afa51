"""The case store that comes with us: its own tables in its own file, behind ``drivers/embedded.py``.

``number.py`` how a case is numbered · ``tables.py`` its tables · ``store.py`` the store.
It stands for the city's system where there is none yet; the rest of the daemon may not
look into it other than through the driver and ``look_up``.
"""
