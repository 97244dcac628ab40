"""Sources that a night fetches from: one module per kind, each with one function `fetch(request)`.

Each writes whole files into landing/ and gives one `FetchedFile` after the other. It knows no ledger and no table: from
landing/ on a fetched file is a file like any other. Client libraries are imported inside the functions, since they are extras.
"""
