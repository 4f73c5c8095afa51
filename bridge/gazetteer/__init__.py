"""Where things are: place names, administrative divisions, grid cells, coordinates; searched as people type and say them.

Map: ``coordinates.py`` systems and conversion · ``divisions.py`` districts, streets, communities and their codes · ``grid.py`` point → cell ·
``entries.py`` what a place name is · ``importing.py`` a city's files → entries · ``sounds.py`` how names sound ·
``phrases.py`` what people say around a name · ``compiled.py`` the gazetteer on disk, built beside and renamed · ``search.py`` typed text → candidates · ``data/`` shipped.
"""
