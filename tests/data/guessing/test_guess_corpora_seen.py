"""The guess on files whose columns are in number, order and kind those of public corpora."""

from __future__ import annotations

import pytest

from tests.data.guessing.corpora import (
    Corpus,
    blanked,
    check,
    ids,
    index,
    marks,
    none_of,
    numbers,
    of,
    pick,
    several,
    shares,
    texts,
)

JUDGED = ("antagonise", "condescending", "dismissive", "healthy", "hostile", "sarcastic")
TOPICS = (
    "offline_crime",
    "drugs",
    "gambling",
    "politics",
    "racism",
    "religion",
    "sexual_minorities",
)
CHILEAN = ("3. Mención migración", "8. Uso Mayús", "11. Insulto/Sobrenombre", "15. Evidencia")
MODERATED = ("S", "H", "V", "HR", "SH", "S3", "H2", "V2")
SPANISH = ("argumentation", "positive_stance", "target_group", "improper_language", "toxicity")
RATED = ("violence", "directed_vs_generalized", "gender", "race", "national_origin", "religion")
PARTS = pick({"train": 7, "dev": 1, "test": 2})


CORPORA = {
    "hatecheck in other languages": Corpus(
        {
            "mhc_case_id": ids("dutch-{}"),
            "functionality": pick("derog_neg_emote_h ident_pos_nh"),
            "test_case": texts("de", words=6),
            "label_gold": pick({"hateful": 7, "non-hateful": 3}),
            "target_ident": blanked(pick("women Muslims"), 0.2),
            "ref_case_id": blanked(numbers(1, 90), 0.8),
            "templ_id": numbers(1, 40),
            "case_templ": pick(
                {"Ik zie [IDENT_P] in de tuin.": 1, "Hier zijn [IDENT_P] thuis.": 1}
            ),
            "label_annotated": of("label_gold", lambda cell: f"['{cell}', '{cell}', 'hateful']"),
            "label_annotated_maj": of("label_gold", str),
            "disagreement_in_case": marks(0.1, "False", "True"),
        },
        "test_case",
        "class",
        ("label_gold",),
        ("hateful",),
    ),
    "hatemoji": Corpus(
        {
            "entry_id": index(1),
            "text": texts(words=6),
            "type": pick("none derogation animosity"),
            "target": pick({"['none']": 5, "['mus']": 2, "['mus', 'arab']": 1}),
            "round.base": pick("5"),
            "round.set": pick("5a 5b"),
            "set": pick("original perturbation"),
            "split": PARTS,
            "label_gold": marks(0.5),
            "matched_text": texts(words=6),
            "matched_id": index(1),
        },
        "text",
        "columns",
        ("label_gold",),
        split="split",
    ),
    "hatemoji, a suite": Corpus(
        {
            "case_id": index(1),
            "text": texts(words=6),
            "target": pick("women men"),
            "set": pick("orig pert"),
            "label_gold": marks(0.6),
            "unrealistic_flags": blanked(pick("0"), 0.9),
            "included_in_test_suite": marks(0.95),
        },
        "text",
        "columns",
        ("label_gold",),
    ),
    "sexism with categories": Corpus(
        {
            "rewire_id": ids("sexism-{}"),
            "text": texts(),
            "label_sexist": pick({"sexist": 1, "not sexist": 3}),
            "label_category": pick({"none": 3, "2. derogation": 1}),
            "label_vector": pick({"none": 3, "2.1 descriptive attacks": 1}),
            "split": PARTS,
        },
        "text",
        "class",
        ("label_sexist",),
        ("sexist",),
        "split",
    ),
    "unhealthy comments": Corpus(
        {
            "_unit_id": ids(),
            "_trusted_judgments": numbers(3, 5),
            "comment": texts(),
            **{
                name: column
                for judged in JUDGED
                for name, column in (
                    (judged, marks(0.1)),
                    (f"{judged}:confidence", shares(5, 0.8)),
                )
            },
        },
        "comment",
        "columns",
        JUDGED,
    ),
    "sensitive topics": Corpus(
        {"column_1": index(), "text": texts("ru"), **dict.fromkeys(TOPICS, marks(0.08))},
        "text",
        "columns",
        TOPICS,
    ),
    "numbered columns, and answers between the rows": Corpus(
        {
            "CASO": blanked(index(), 0.4),
            "Usuario": blanked(pick("Luna Karen Mimi"), 0.4),
            "Link": blanked(ids("https://example.org/{}"), 0.4),
            "tweet a etiquetar": texts("es", words=15),
            "Contexto": pick({"": 1}),
            "2. Genero": blanked(numbers(1, 3), 0.4),
            **dict.fromkeys(CHILEAN, blanked(marks(0.3), 0.4)),
        },
        "tweet a etiquetar",
        "columns",
        CHILEAN,
    ),
    "moderation without all answers": Corpus(
        {"prompt": texts(words=20), **dict.fromkeys(MODERATED, blanked(marks(0.15), 0.15))},
        "prompt",
        "columns",
        MODERATED,
    ),
    "detoxis": Corpus(
        {
            "topic": pick("CR MI"),
            "thread_id": pick("0_001 0_002"),
            "comment_id": ids("0_{}"),
            "comment_level": numbers(1, 3),
            "comment": texts("es"),
            **dict.fromkeys(SPANISH, marks(0.2)),
            "toxicity_level": pick({"0": 6, "1": 2, "2": 1, "3": 1}),
        },
        "comment",
        "columns",
        SPANISH,
    ),
    "ethos with all its labels": Corpus(
        {"comment": texts(), **dict.fromkeys(RATED, pick("0 0 0.166666667 0.5 1"))},
        "comment",
        "fraction",
        RATED,
    ),
    "votes of which most are single ones": Corpus(
        {
            "text": texts("pt"),
            "homophobia": marks(0.02, "0.0", "1.0"),
            "obscene": marks(0.1, "0.0", "1.0"),
            "insult": pick({"0.0": 6, "1.0": 2, "2.0": 1, "3.0": 1}),
        },
        "text",
        "votes",
        ("homophobia", "obscene", "insult"),
        more=(("at_least", 1), ("total_column", None)),
    ),
    "a type beside two labels is no vote": Corpus(
        {
            "text": texts(),
            "hateful": marks(0.3),
            "offensive": marks(0.3),
            "hate_type": pick({"0": 6, "1": 2, "2": 1}),
        },
        "text",
        "columns",
        ("hateful", "offensive"),
    ),
    "a class of three beside its clean": Corpus(
        {
            "Tweet": texts("ar"),
            "toxic": marks(0.2),
            "insult": marks(0.2),
            "Not toxic": none_of("toxic", "insult"),
        },
        "Tweet",
        "columns",
        ("toxic", "insult"),
        complements=("Not toxic",),
    ),
    "sets of classes": Corpus(
        {
            "Unique ID": index(1),
            "Post": texts("hi"),
            "Labels Set": several("non-hostile fake hate offensive", ","),
        },
        "Post",
        "list",
        ("Labels Set",),
        ("fake", "hate", "non-hostile", "offensive"),
        more=(("delimiter", ","),),
    ),
    "names of several words are no lists": Corpus(
        {"post": texts(), "label": pick("toxic severe_toxic identity_hate hate not_hate")},
        "post",
        "class",
        ("label",),
        ("hate", "identity_hate", "not_hate", "severe_toxic", "toxic"),
    ),
}


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_that_was_seen_is_guessed(name: str) -> None:
    check(CORPORA[name], seed=len(name))
