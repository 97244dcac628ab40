"""What a client may change, as frozen pydantic types, and nothing else.

`models` types config/*.yaml, `contracts` the source contracts, `metrics` compiles the metric registry, `workspace` holds them
together. `load` reads the files; `documents` knows their lines, `checks` what must fit together between them, `expressions`
what SQL the registry may hold. `tables` and `calendar` turn them into the rows of the DuckDB schema `config`.
"""
