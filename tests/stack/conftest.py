"""Puts the launcher's folder on the path: it is a script's own package, not one of the product's."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bin"))
