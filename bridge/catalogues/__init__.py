"""Catalogues: what belongs to a code besides its name, and a city's own tables, edition by edition.

``edition.py`` one edition of a catalogue, and how two differ · ``city_table.py`` the table of nine columns that cities keep ·
``filing_conditions.py`` filing conditions with their limits · ``crosswalk.py`` one national table's codes in the other ·
``responsible_units.py`` who is responsible for a code at a place · ``org_tree.py`` districts, streets, communities, and the tree of units ·
``citizens_words.py`` what citizens say for a code.
"""
