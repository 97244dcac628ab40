"""Reports: figures frozen from tables, claims evaluated against figures, view-models, HTML.

The way of a number: `figures*` reads the tables once and writes reported.figures; `claims` and `sentences` say what may be
asserted of them; `monthly_executive*` formats them into a view-model; `render` places it into templates/. Nothing here
opens a database, reads a clock or computes a statistic.
"""
