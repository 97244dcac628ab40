"""The two jobs: the night, and the month's report. Both run in one process, because the working file has one writer."""

import dagster as dg

NIGHTLY, MONTHLY = "nightly", "monthly"
WRITER, QUEUED, ALONE = "csat/writer", "queued", "command line"
"""Tag of every run that writes, and its values: Dagster's own runs wait for each other, a command does not wait and is told who writes."""

nightly = dg.define_asset_job(
    NIGHTLY,
    selection=dg.AssetSelection.all(),
    description="Extracts to a published generation and the report of the last complete month; nothing is sent.",
    executor_def=dg.in_process_executor,
    tags={WRITER: QUEUED},
)
monthly = dg.define_asset_job(
    MONTHLY,
    selection=dg.AssetSelection.assets(["reports", "monthly_executive"], ["reports", "monthly_executive_mail"]),
    description="The month's report and its mail, rendered from the published generation; nothing is sent.",
    executor_def=dg.in_process_executor,
    tags={WRITER: QUEUED},
)
