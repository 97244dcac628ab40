"""The two jobs: the night, and the month's report. Both run in one process, because the working file has one writer."""

import dagster as dg

NIGHTLY, MONTHLY = "nightly", "monthly"

nightly = dg.define_asset_job(
    NIGHTLY,
    selection=dg.AssetSelection.all(),
    description="Extracts to a published generation and the report of the last complete month; nothing is sent.",
    executor_def=dg.in_process_executor,
)
monthly = dg.define_asset_job(
    MONTHLY,
    selection=dg.AssetSelection.assets(["reports", "monthly_executive"], ["reports", "monthly_executive_mail"]),
    description="The month's report and its mail, rendered from the published generation; nothing is sent.",
    executor_def=dg.in_process_executor,
)
