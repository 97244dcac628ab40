"""`python -m support.sample WORKSPACE [--scale 1] [--months 27]`, run from tests/: writes WORKSPACE/landing."""

import argparse
from pathlib import Path

from support.sample.write import write_workspace


def main() -> None:
    """Write the extracts; config and contracts are copied from data/ where the workspace has none."""
    parser = argparse.ArgumentParser(description="Writes the extracts of the invented company Northgate.")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--scale", type=int, default=1, help="times as many customers and records")
    parser.add_argument("--months", type=int, default=27, help="months before 2026-11")
    arguments = parser.parse_args()
    for path in write_workspace(arguments.workspace, scale=arguments.scale, months=arguments.months):
        print(f"{path.stat().st_size:>10,}  {path.name}")


main()
