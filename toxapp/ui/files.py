"""The files that become a dataset: taken in, listed with what they are for, put away again."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from toxapp.data.choice import Upload
from toxapp.data.plan import ROLES
from toxapp.ui import look, staged
from toxapp.ui.dataset import ROLES as WORDS
from toxapp.ui.dataset import written

_KINDS = [
    "csv", "tsv", "txt", "gz", "zip", "xlsx", "xls", "parquet", "jsonl", "ndjson", "json",
]  # fmt: skip


def offer(label: str) -> None:
    """The box for files."""
    held = st.session_state
    number = held.get("uploads", 0)
    given = st.file_uploader(label, type=_KINDS, accept_multiple_files=True, key=f"upload-{number}")
    if given:
        held["refused"] = staged.add(given)
        # The bytes are on disk: a fresh uploader frees the server's memory.
        held["uploads"] = number + 1
        st.rerun()


def refused() -> None:
    """Why files that were given last cannot be used."""
    for sentence in st.session_state.get("refused", ()):
        look.alert(sentence)


def listed(uploads: Sequence[Upload]) -> None:
    """A line per file: how it is written, what its rows are for, and a button to put it away."""
    for upload in uploads:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(_line(upload, named=len(uploads) > 1), width="stretch")
            if len(uploads) > 1:
                _role(upload)
                if st.button("Remove", key=f"remove-{staged.digest(upload.path)}", type="tertiary"):
                    staged.remove(upload.path)
                    st.rerun()


def _line(upload: Upload, *, named: bool) -> str:
    told = f"{written(staged.describe(upload.path))}, {look.size(upload.path.stat().st_size)}"
    name = f"<b>{escape(upload.path.name)}</b> " if named else ""
    return f'<p class="tx-fileline">{name}<small>{escape(told)}</small></p>'


def _role(upload: Upload) -> None:
    key = f"role-{staged.digest(upload.path)}"

    def keep() -> None:
        staged.set_role(upload.path, st.session_state[key])

    # Said at every run: the names of further files may have changed it.
    st.session_state[key] = upload.role
    st.selectbox(
        f"What {upload.path.name} is for",
        ROLES,
        format_func=WORDS.__getitem__,
        key=key,
        on_change=keep,
        label_visibility="collapsed",
        width=190,
    )
