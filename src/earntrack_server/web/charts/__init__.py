"""Charts: pure functions from typed series to SVG.

The same markup serves pages, PDF and e-mail. Colours are classes, so that a
theme repaints them; texts keep their size at any width.
"""
