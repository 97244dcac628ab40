"""Columns, types, units and meaning of every table that Python writes; one module per domain.

`columns` holds the two types, `raw` what extracts are mapped onto, `ops` the ledger, `config_tables` the published
configuration, `indices` what Polars computes, `reported` what a report shows. Shapes of dbt models live beside the
models. No IO, no engine: other layers derive DDL and frame schemas from here.
"""
