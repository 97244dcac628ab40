"""How a source says that a file of its is whole, part of a contract."""

from pydantic import Field

from orchestration.config.models import Model


class Completeness(Model):
    """What must be there before a file is read. Without either it must only have come to rest (`landing_rest_seconds`)."""

    done_file: str = Field(default="", description="file that the source puts there last; {name} is the extract's name: '{name}.done'")
    manifest: str = Field(
        default="", description="shell pattern of CSV lists with a column file_name and one or more of n_records, n_bytes, sha256"
    )
