"""The only place that opens DuckDB, the private and state files, and extract files.

`connection` opens databases, `tables` reads and writes what Python owns, `state` keeps what cannot be derived, `lock` lets one
writer in, `hashes` compares builds, `generations` publishes, verifies and rolls back (`manifests` and `files` are its parts).
`landing`, `extracts` and `quarantine` load files by contract.
"""
