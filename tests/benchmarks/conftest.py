"""Benchmarks and scripts are programs, not packages: here their modules can be imported."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path += [str(REPOSITORY / folder) for folder in ("benchmarks", "benchmarks/readers_of_pictures", "scripts")]
