"""`python -m toxapp.data FOLDER`: the job that reads one uploaded file into its dataset."""

from __future__ import annotations

import sys
from pathlib import Path

from toxapp.data import importing

if __name__ == "__main__":
    importing.run(Path(sys.argv[1]))
