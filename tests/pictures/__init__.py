"""Contact sheets: every kind of page on every kind of display, to be looked at. `make pictures` draws them.

Nothing here asserts anything and nothing here is shipped: it is for the eyes of whoever changes the picture.
"""
