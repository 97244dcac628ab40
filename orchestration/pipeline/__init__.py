"""Everything that knows Dagster, and the only place where the workers meet.

`night` plans a night before Dagster is imported, `resources` holds lock, clock and database for a run, `assets/` has one module
per stage, and `checks`, `jobs`, `schedules`, `sensors` and `partitions` one Dagster concept each. A formula, a query or a
sentence belongs to the worker that knows it: an asset reads, makes one call, writes, and returns counts.
"""
