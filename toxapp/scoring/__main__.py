"""`python -m toxapp.scoring FOLDER`: the job that scores one file."""

from __future__ import annotations

import sys
from pathlib import Path

from toxapp.scoring.job import score

if __name__ == "__main__":
    score(Path(sys.argv[1]))
