"""Files written byte by byte as public corpora are: what is guessed, and the positives counted.

The columns, separators, quotes and words are theirs; the texts are invented.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from toxapp.data import importing
from toxapp.data.choice import Upload
from toxapp.data.files import table
from toxapp.data.guessing.guess import guess
from toxapp.data.problem import Problem

ROWS = 120
FRUITS = ("apples", "pears", "plums", "figs", "dates", "limes", "melons", "grapes")
FAULTS = {"ragged_row", "broken_quote", "broken_record", "unexplained_value"}


def text(n: int) -> str:
    """A different sentence for every row."""
    return f"our neighbour brought {n + 2} {FRUITS[n % 8]} for {FRUITS[n // 8 % 8]}"


def joined(header: str, rows: list[str], separator: str = "\t") -> bytes:
    """Cells joined by the separator, as they are; "" is no header."""
    lines = [header.replace(",", separator)] * bool(header) + rows
    return ("\n".join(lines) + "\n").encode()


def written(header: str, rows: list[list[str]], separator: str = ",") -> bytes:
    """As a program writes separated text, quotes only where they are needed."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return file.getvalue().encode()


@dataclass(frozen=True)
class Case:
    """A file, and what it says."""

    content: bytes
    text: str
    format: str
    columns: str
    positives: dict[str, int]
    name: str = "corpus.csv"


CASES = {
    "votes with a point behind them, texts of several lines": Case(
        written(
            "text,homophobia,obscene,insult",
            [
                [
                    f"@user {text(n)}\n#tag, and so on",
                    f"{float(n % 40 == 0)}",
                    f"{float(n % 10 // 8)}",
                    f"{float(max(0, n % 8 - 4))}",
                ]
                for n in range(ROWS)
            ],
        ),
        "text",
        "votes",
        "homophobia,obscene,insult",
        {"homophobia": 3, "obscene": 24, "insult": 45},
    ),
    "texts in a table of tabs, some of them quoted by their authors": Case(
        joined(
            "",
            [
                ('"' + text(n) if n % 30 == 7 else f'"{text(n)}"' if n % 9 == 0 else text(n))
                + (' and "so" on' if n % 9 == 4 else "")
                + ("\tOFFENSE\tINSULT" if n % 3 == 0 else "\tOTHER\tOTHER")
                for n in range(ROWS)
            ],
        ),
        "column_1",
        "class",
        "column_2",
        {"OFFENSE": 40},
        "corpus.txt",
    ),
    "a text begins with a quote, and another ends with one": Case(
        joined(
            "id,text,HS,TR,AG",
            [
                f"{100 + n}\t"
                + ('"' * (n == 50) + text(n) + '"' * (n == 57))
                + f"\t{int(n % 2 == 0)}\t{int(n % 4 == 0)}\t{int(n % 8 == 0)}"
                for n in range(ROWS)
            ],
        ),
        "text",
        "columns",
        "HS,TR,AG",
        {"HS": 60, "TR": 30, "AG": 15},
        "corpus.tsv",
    ),
    "ids of several classes, texts quoted without need": Case(
        joined(
            "document,label",
            [
                (f'"{text(n)}"' if n % 3 else text(n))
                + "\t"
                + ("8", "1", "8", "1,5", "5", "0")[n % 6]
                for n in range(ROWS)
            ],
        ),
        "document",
        "list",
        "label",
        {"0": 20, "1": 40, "5": 40, "8": 40},
        "corpus.txt",
    ),
    "shares between semicolons, written as 1.0 and 0.17": Case(
        joined(
            "comment,isHate",
            [
                f"{text(n)}, it's so;{(0.0, 1.0, 0.16666666666666666, 0.5)[n % 4]}"
                for n in range(ROWS)
            ],
            ";",
        ),
        "comment",
        "fraction",
        "isHate",
        {"isHate": 60},
    ),
    "shares with a decimal comma": Case(
        joined(
            "Kommentar,Toxizität,Drohung",
            [
                f"{text(n)};{('0,0', '0,25', '0,5', '1,0')[n % 4]};{n % 40 // 39},0"
                for n in range(ROWS)
            ],
            ";",
        ),
        "Kommentar",
        "fraction",
        "Toxizität,Drohung",
        {"Toxizität": 60, "Drohung": 3},
    ),
    "counts of raters beside their number, some more than it": Case(
        written(
            "id,text,Not Toxic,Hard to Say,Toxic,Very Toxic,category_rude,category_lewd,rater_num",
            [
                [
                    str(3 * n),
                    text(n),
                    *("2", "1", "1", "0", "0", "0")[n % 6],
                    *("0", "1", "0", "0", "0", "0")[n % 6],
                    *("0", "0", "1", "2", "1", "2")[n % 6],
                    str(int(n % 6 == 4)),
                    "3" if n % 60 == 3 else str(2 * int(n % 6 == 5)),
                    str(int(n % 6 == 4)),
                    "2",
                ]
                for n in range(ROWS)
            ],
        ),
        "text",
        "votes",
        "Hard to Say,Toxic,Very Toxic,category_rude,category_lewd",
        {"Hard to Say": 0, "Toxic": 40, "Very Toxic": 0, "category_rude": 22, "category_lewd": 0},
    ),
    "one hot rows and types beside the label": Case(
        written(
            "platform,topic,content,toxic,toxic_one_hot,toxic_type,expression,target,length",
            [
                [
                    "tieba" if n % 2 else "zhihu",
                    ("race", "gender", "region")[n % 3],
                    text(n),
                    str(n % 2),
                    str([1 - n % 2, n % 2]),
                    str(n % 2 * (1 + n % 4 // 2)),
                    str(n % 2 * (1 + n % 3)),
                    str([int(n % 6 == k) for k in range(6)]),
                    str(len(text(n))),
                ]
                for n in range(ROWS)
            ],
        ),
        "content",
        "columns",
        "toxic",
        {"toxic": 60},
    ),
    "the same as one line of JSON": Case(
        json.dumps(
            [
                {"topic": "race", "content": text(n), "toxic": n % 2, "toxic_one_hot": [0, 1]}
                for n in range(ROWS)
            ],
            separators=(",", ":"),
        ).encode(),
        "content",
        "columns",
        "toxic",
        {"toxic": 60},
        "corpus.json",
    ),
    "a binary label beside levels and targets": Case(
        written(
            "instagram_comments,binary_classification,offensive_levels,hate_targets",
            [
                [text(n), str(n % 2), str(n % 2 * (1 + n % 3)), ("-1", "5", "-1", "5,8")[n % 4]]
                for n in range(ROWS)
            ],
        ),
        "instagram_comments",
        "columns",
        "binary_classification",
        {"binary_classification": 60},
    ),
    "two experts": Case(
        written(
            "Tweet,HatespeechOrNot (Expert 1),HatespeechOrNot (Expert 2),Rating (Expert 2)",
            [
                [text(n), ("NO", "YES")[n % 3 == 0], ("NO", "YES")[n % 4 == 0], str(1 + n % 6)]
                for n in range(ROWS)
            ],
        ),
        "Tweet",
        "columns",
        "HatespeechOrNot (Expert 1),HatespeechOrNot (Expert 2)",
        {"HatespeechOrNot (Expert 1)": 40, "HatespeechOrNot (Expert 2)": 30},
    ),
    "a split column that says test alone": Case(
        written(
            ",split,topic,label,fine-grained-label,TEXT",
            [
                [
                    str(n),
                    "test",
                    ("race", "region")[n % 2],
                    str(int(n % 4 < 2)),
                    str(n % 4),
                    text(n),
                ]
                for n in range(ROWS)
            ],
        ),
        "TEXT",
        "columns",
        "label",
        {"label": 60},
    ),
    "three unnamed indices and a translation": Case(
        written(
            ",Unnamed: 0,Unnamed: 0.1,text,label,lang,translated",
            [
                [str(n), str(n), str(7 * n), text(n), str(n % 2), "fr", f"longer: {text(n)}  "]
                for n in range(ROWS)
            ],
        ),
        "text",
        "columns",
        "label",
        {"label": 60},
    ),
    "labels joined by underscores": Case(
        written(
            "HITId,tweet,sentiment,directness",
            [
                [
                    str(n),
                    text(n),
                    (
                        "normal",
                        "hateful",
                        "offensive",
                        "fearful_hateful",
                        "offensive_hateful",
                        "fearful",
                    )[n % 6],
                    ("direct", "indirect")[n % 2],
                ]
                for n in range(ROWS)
            ],
        ),
        "tweet",
        "list",
        "sentiment",
        {"fearful": 40, "hateful": 60, "normal": 20, "offensive": 40},
    ),
    "against, neutral and for": Case(
        written(
            "clean_text,category", [[text(n), ("-1.0", "0.0", "1.0")[n % 3]] for n in range(ROWS)]
        ),
        "clean_text",
        "class",
        "category",
        {"-1": 40, "0": 40, "1": 40},
    ),
    "true and false as a French spreadsheet writes them": Case(
        joined(
            "commentaire,haineux,menace",
            [
                f"{text(n)};{('FAUX', 'VRAI')[n % 2]};{('non', 'oui')[n % 3 == 0]}"
                for n in range(ROWS)
            ],
            ";",
        ),
        "commentaire",
        "columns",
        "haineux,menace",
        {"haineux": 60, "menace": 40},
    ),
    "cells parted by a vertical bar, without a header": Case(
        joined("", [f"{text(n)}|{n % 2}" for n in range(ROWS)], "|"),
        "column_1",
        "columns",
        "column_2",
        {"column_2": 60},
        "corpus.txt",
    ),
}


def faults(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.kind for problem in problems if problem.kind in FAULTS]


@pytest.mark.parametrize("name", CASES)
def test_a_file_like_a_public_one_is_read_as_it_is_meant(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    path = tmp_path / case.name
    path.write_bytes(case.content)
    found = guess(path)
    assert found.labelling is not None
    assert found.text_column == case.text
    assert found.labelling.format == case.format
    assert found.labelling.columns == tuple(case.columns.split(","))
    report = importing.check([Upload(path)])
    assert report.rows == ROWS
    assert report.positives == case.positives
    assert faults(report.problems) == []


def test_no_row_is_swallowed_by_the_quotes_of_another(tmp_path: Path) -> None:
    path = tmp_path / "corpus.tsv"
    path.write_bytes(CASES["a text begins with a quote, and another ends with one"].content)
    texts = [record.cells[1] for record in table.records(path, table.sniff(path))]
    assert texts[50] == f'"{text(50)}'
    assert texts[57] == f'{text(57)}"'
