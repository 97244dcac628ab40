"""`python -m orchestration.cli`: the command line without its installed name."""

from orchestration.cli import main

main()
