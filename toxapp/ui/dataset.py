"""A dataset on the screen: counts, prevalence, labels together, lengths, findings, first rows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from toxapp.data import store
from toxapp.data.files.separators import SEPARATORS
from toxapp.data.files.table import Dialect
from toxapp.data.labelling import Labelling
from toxapp.data.plan import Source
from toxapp.data.problem import Problem
from toxapp.data.split import SPLITS
from toxapp.data.store import Dataset
from toxapp.runs import reach
from toxapp.runs.reach import Lengths, Reach
from toxapp.runs.settings import Settings
from toxapp.ui import findings, look, pictures, state

ROLES = {
    "rows": "rows to split",
    "train": "train",
    "validation": "validation",
    "test": "test",
    "extra": "extra training rows",
}
_KINDS = {"excel": "Excel", "parquet": "Parquet", "jsonl": "JSON lines"}
_OTHERS_SAID = 12
_TRACE = 0.001


def show(dataset: Dataset) -> None:
    """The whole report of a dataset."""
    lengths = state.token_lengths(dataset.id)
    found = [] if lengths is None else reach.reach(lengths)
    cut = reach.cut_finding(found, dataset.rows) if found else None
    problems = (*dataset.problems, *([cut] if cut else []))
    _counts(dataset)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        look.card(pictures.prevalence(dataset), "How often each label is carried")
        _problems(problems)
    with right:
        if lengths is not None:
            look.card(_lengths(lengths, found), "How long the texts are")
        look.card(pictures.labels_per_text(dataset), "Labels per text")
        if len(dataset.labels) > 1:
            look.card(pictures.strongest(dataset), "Labels carried together")
    if pictures.pairs(dataset):
        look.card(pictures.together(dataset), "How often labels stand together")
    with st.expander("First rows"):
        _first_rows(dataset)


def written(dialect: Dialect) -> str:
    """How a file is written, in a few words."""
    parts = [_KINDS.get(dialect.kind, "")]
    if dialect.kind == "separated":
        mark = dialect.separator or ","
        parts = [f"{SEPARATORS.get(mark, mark)} separated"]
    if dialect.encoding:
        parts.append(dialect.encoding)
    if dialect.sheet:
        parts.append(f"sheet {dialect.sheet}")
    if not dialect.header:
        parts.append("no header row")
    return ", ".join(parts)


def _counts(dataset: Dataset) -> None:
    values = {
        "texts that can be used": f"{dataset.rows:,}",
        "labels": f"{len(dataset.labels)}",
        **{split: f"{dataset.splits[split]:,}" for split in SPLITS},
        "rows left out": f"{findings.left_out(dataset.problems):,}",
    }
    look.card(look.figures(values) + _about(dataset))


def _about(dataset: Dataset) -> str:
    """The split, what the texts are written in, the files, the columns kept: small, below."""
    chips = [f"{name} {look.percent(share)}" for name, share in dataset.scripts if share > _TRACE]
    spoken = [f"{name} {look.percent(share)}" for name, share in dataset.languages]
    lines = [
        f"{escape(_split(dataset))} {look.chips(chips, 'Script of the letters, of all texts')} "
        + look.chips(spoken, "Language, guessed from a sample of texts"),
        *(_file(file) for file in dataset.plan.files),
    ]
    if _are_shares(dataset.plan.labelling):
        lines.append("Targets are shares: a text counts as positive from 0.5 on.")
    others = dataset.plan.others
    if others:
        more = len(others) - _OTHERS_SAID
        rest = f" and {more} more" if more > 0 else ""
        kept = ", ".join(others[:_OTHERS_SAID]) + rest
        lines.append(f"Kept beside the texts, for review: {escape(kept)}")
    return "".join(f'<p class="tx-sub">{line}</p>' for line in lines)


def _are_shares(how: Labelling) -> bool:
    return how.format == "fraction" or (how.format == "votes" and how.at_least is None)


def _split(dataset: Dataset) -> str:
    if dataset.plan.split_column:
        return f"Split by column '{dataset.plan.split_column}'."
    if dataset.plan.has_own_split:
        return "Split by files."
    return f"Split drawn with seed {dataset.plan.seed}, stratified, equal texts on one side."


def _file(file: Source) -> str:
    told = f"{ROLES[file.role]}, {written(file.dialect)}, {look.size(file.bytes)}"
    return f"<b>{escape(file.name)}</b> {escape(told)}"


def _lengths(lengths: Lengths, found: Sequence[Reach]) -> str:
    limits = sorted({Settings.max_length, *(each.max_length for each in found)})
    return pictures.lengths(reach.histogram(lengths), limits) + _limits(lengths, found)


def _limits(lengths: Lengths, found: Sequence[Reach]) -> str:
    """A row per limit: who has it, and the share of the texts it cuts."""
    usual = Settings.max_length
    rows = [["a run, unless told otherwise", f"{usual:,}", look.percent(reach.cut(lengths, usual))]]
    for limit, exact in dict.fromkeys((each.max_length, each.exact) for each in found):
        same = [each for each in found if (each.max_length, each.exact) == (limit, exact)]
        names = " · ".join(each.title.split(" (")[0] for each in same)
        share = ("" if exact else "about ") + look.percent(same[0].cut)
        rows.append([escape(names), f"{limit:,}", share])
    table = look.table(["reads at most", "tokens", "texts cut"], rows, label="Texts cut per model")
    note = f"Counted on the first {len(lengths):,} texts. A token is some three quarters of a word."
    return f'<div class="tx-tight">{table}</div><p class="tx-sub">{note}</p>'


def _problems(problems: Sequence[Problem]) -> None:
    if not problems:
        look.card("Nothing: every row can be used.", "What is wrong in it")
        return
    said = "1 finding" if len(problems) == 1 else f"{len(problems)} findings"
    look.card(findings.listed(problems), f"What is wrong in it: {said}")


def _first_rows(dataset: Dataset) -> None:
    rows = store.sample(dataset.id, 50)
    columns: dict[str, object] = {"row": rows.row, "text": rows.texts}
    for n, label in enumerate(dataset.labels):
        columns[dataset.columns[label]] = rows.targets[:, n]
    st.dataframe(
        columns,
        hide_index=True,
        height=300,
        column_config={"text": st.column_config.TextColumn(width="large")},
        alt="The first rows of the dataset",
    )
