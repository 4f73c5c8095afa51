"""The settings an operator writes, and the Asterisk configuration made from them.

``settings`` (the models) · ``read`` (file → models, all problems at once) · ``hours``
(opening hours) · ``secrets`` (made at the first start) · ``places`` (folders under
VAR) · ``language`` (Chinese and English texts) · ``render`` (settings → Asterisk's
files). Imports no other room.
"""
