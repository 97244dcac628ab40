"""What a client may change, as frozen pydantic types, and nothing else.

`models` types config/*.yaml, `contracts` the source contracts, `metrics` compiles the metric registry, `load` reads the
files and names file, key and line of what is wrong, `tables` turns them into the rows of the DuckDB schema `config`.
"""
