"""Profile queries and the Great Expectations gate over their results; a gate costs the same at any size of the tables.

`profiles` is SQL text: one statement per published table, one row of counts. `reconciliation` is SQL text that counts where
two ways to one number differ. `suites` says what each count may be, `gates` asserts it. Nothing here opens a database:
pipeline runs the statements and hands the rows back. Dagster's check results are made in pipeline/checks.py.
"""
