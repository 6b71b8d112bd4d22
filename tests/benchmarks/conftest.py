"""Benchmarks and scripts are programs, not packages: here their modules can be imported."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path += [str(REPOSITORY / "benchmarks"), str(REPOSITORY / "scripts")]
