"""One module per stage of the night: extracts, config_tables, dbt, indices, reports, publish, mail."""
