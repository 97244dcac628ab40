"""The invented company of data/: extracts of all four families, the same bytes on every machine and in any order.

`streams` random numbers and months, `stories` what is planted, `customers` `deliveries` `complaints` `cases` `surveys` the
truth of each family, `files` what the sources make of it, `dirt` records that belong in quarantine, `write` all of it.
"""
