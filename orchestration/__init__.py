"""A map of the package; importing it imports nothing else.

cli          commands, and errors turned into exit codes
definitions  what Dagster loads: assets, checks, jobs, schedules put together
pipeline     everything that knows Dagster; the only place where the workers meet
settings     the one reader of the environment
metrics      pure Polars: frames and parameters in, frames out
warehouse    the only place that opens DuckDB, the state file or an extract
quality      profile queries and the Great Expectations gate over them
reports      figures, claims, view-models and rendering
delivery     mail messages, their preview and lint
config       what a client may change, as frozen pydantic types
schemas      columns, types, units and meaning of every table that Python writes
errors       the tree of errors and their exit codes
"""

__version__ = "0.1.0"
