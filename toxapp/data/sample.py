"""The sample that ships with the app: comments written for it, with five labels."""

from __future__ import annotations

from pathlib import Path


def sample_path() -> Path:
    """The bundled CSV; columns text, toxic, insult, profanity, threat, spam."""
    return Path(__file__).resolve().parents[2] / "assets" / "sample" / "comments.csv"
