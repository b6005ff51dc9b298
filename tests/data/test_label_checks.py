from __future__ import annotations

import numpy as np
import pytest

from toxapp.data import label_checks
from toxapp.data.label_checks import FEW_POSITIVES, Finding

NAN = float("nan")


def found(parts: list[int] | None = None, **labels: list[float]) -> list[Finding]:
    """The findings on labels given as columns of targets, all rows in one part by default."""
    targets = np.array(list(labels.values()), np.float32).T
    where = np.array(parts or [0] * len(targets), np.int8)
    return list(label_checks.findings(tuple(labels), targets, where))


def of_kind(findings: list[Finding], kind: str) -> list[tuple[int, str]]:
    return [(count, message) for each, count, message in findings if each == kind]


def spread(positives: tuple[int, int, int]) -> tuple[list[int], list[float]]:
    """Parts and targets of a label with so many positives in each part, 30 rows in each."""
    parts = [part for part in range(3) for _ in range(30)]
    return parts, [float(n < held) for held in positives for n in range(30)]


def test_a_label_without_positives_or_without_negatives_is_said() -> None:
    findings = found(never=[0.0, 0, NAN, 0.49], always=[1.0, 0.5, NAN, 1])
    ((none, message),) = of_kind(findings, "no_positive")
    assert none == 0
    assert message.startswith("Label 'never' has no positive among 3 rows where it is known")
    ((count, message),) = of_kind(findings, "no_negative")
    assert count == 3
    assert message.startswith("Label 'always' is positive in all 3 rows where it is known")


def test_below_twenty_positives_in_a_split_are_few_and_the_splits_are_named() -> None:
    assert FEW_POSITIVES == 20
    for positives, named in (
        ((20, 20, 20), None),
        ((29, 19, 20), "19 in validation."),
        ((20, 5, 0), "5 in validation, 0 in test."),
    ):
        parts, label = spread(positives)
        said = of_kind(found(parts, threat=label), "few_positives")
        if named is None:
            assert said == []
        else:
            ((count, message),) = said
            assert count == sum(positives)
            assert f"Label 'threat' has few positives: {named} Below 20 in a split" in message


def test_too_few_positives_for_three_splits_stay_where_they_were_put() -> None:
    parts, label = spread((1, 1, 0))
    ((_, message),) = of_kind(found(parts, threat=label), "few_positives")
    assert "1 in train, 1 in validation, 0 in test. Too few for three splits: they stay" in message


class TestImpliedLabels:
    wide = [1.0] * 60 + [0.0] * 60

    def test_are_said_with_how_many_texts_carry_both(self) -> None:
        findings = found(severe=[1.0] * 25 + [0.0] * 95, toxic=self.wide)
        ((count, message),) = of_kind(findings, "implied_label")
        assert count == 25
        assert "Label 'severe' implies 'toxic': all 25 texts that carry it carry both" in message

    def test_may_have_one_exception_in_a_hundred(self) -> None:
        wide = [1.0] * 150 + [0.0] * 60
        for exceptions, expected in ((0, 1), (1, 1), (2, 0)):
            narrow = [0.0] * 50 + [1.0] * (100 + exceptions) + [0.0] * (60 - exceptions)
            said = of_kind(found(narrow=narrow, wide=wide), "implied_label")
            assert len(said) == expected
            assert not exceptions or not expected or "but for 1 carry both" in said[0][1]

    def test_need_twenty_texts(self) -> None:
        findings = found(severe=[1.0] * 19 + [0.0] * 101, toxic=self.wide)
        assert of_kind(findings, "implied_label") == []

    def test_are_not_those_of_a_label_that_all_texts_carry(self) -> None:
        findings = found(severe=[1.0] * 30 + [0.0] * 90, all=[1.0] * 120)
        assert of_kind(findings, "implied_label") == []

    def test_count_where_both_are_known(self) -> None:
        known = [1.0] * 25 + [NAN] * 5 + [1.0] * 30 + [0.0] * 60
        ((count, message),) = of_kind(
            found(severe=[1.0] * 30 + [0.0] * 90, toxic=known), "implied_label"
        )
        assert count == 25
        assert "all 25 texts that carry it carry both" in message

    def test_are_named_to_ten_pairs(self) -> None:
        labels = {f"l{n}": [1.0] * (20 + n) + [0.0] * (100 - n) for n in range(8)}
        assert len(of_kind(found(None, **labels), "implied_label")) == 10


class TestComplements:
    def test_are_labels_carried_where_no_other_is(self) -> None:
        findings = found(a=[1.0, 0, 0, 1], b=[1.0, 1, 0, 0], clean=[0.0, 0, 1, 0])
        ((count, message),) = of_kind(findings, "complement_label")
        assert count == 1
        assert message.startswith("Label 'clean' is carried by exactly those 1 texts that carry no")

    def test_are_no_longer_where_one_text_differs(self) -> None:
        findings = found(a=[1.0, 0, 0, 1], b=[1.0, 1, 0, 0], clean=[1.0, 0, 1, 0])
        assert of_kind(findings, "complement_label") == []

    def test_are_told_by_the_texts_of_which_all_is_known(self) -> None:
        findings = found(a=[1.0, 0, 0, NAN], b=[1.0, 1, 0, 0], clean=[0.0, 0, 1, 0])
        assert len(of_kind(findings, "complement_label")) == 1

    def test_are_both_of_two_labels_that_exclude_each_other(self) -> None:
        findings = found(toxic=[1.0, 0, 1], clean=[0.0, 1, 0])
        assert len(of_kind(findings, "complement_label")) == 2

    def test_are_not_classes_of_which_every_text_has_one(self) -> None:
        findings = found(a=[1.0, 0, 0], b=[0.0, 1, 0], c=[0.0, 0, 1])
        assert of_kind(findings, "complement_label") == []

    @pytest.mark.parametrize("label", [[1.0, 0, 1], [1.0, 1, 1], [0.0, 0, 0]])
    def test_are_not_found_of_a_single_label(self, label: list[float]) -> None:
        assert of_kind(found(toxic=label), "complement_label") == []
