"""The guess where other columns look like labels, and where labels do not look like any."""

from __future__ import annotations

import pytest

from tests.data.guessing.corpora import (
    Corpus,
    blanked,
    check,
    ids,
    index,
    marks,
    numbers,
    pick,
    several,
    shares,
    texts,
)

CORPORA = {
    "several classes joined by blanks": Corpus(
        {"tweet": texts(), "annotation": several("fear joy anger", " ")},
        "tweet",
        "list",
        ("annotation",),
        ("anger", "fear", "joy"),
        more=(("delimiter", " "), ("ticked", ())),
    ),
    "a list that is blank where nothing holds": Corpus(
        {"tweet": texts(), "tags": blanked(several("rude spam", ";"), 0.7)},
        "tweet",
        "list",
        ("tags",),
        ("rude", "spam"),
        more=(("delimiter", ";"), ("ticked", ("tags",))),
    ),
    "meld": Corpus(
        {
            "Sr No.": index(1),
            "Utterance": texts(),
            "Speaker": pick("Mia Tom Ada"),
            "Emotion": pick("neutral joy anger"),
            "Sentiment": pick("neutral positive negative"),
            "Dialogue_ID": numbers(0, 99),
            "StartTime": pick("00:01:02,256 00:03:04,100"),
        },
        "Utterance",
        "class",
        ("Emotion",),
        ("anger", "joy", "neutral"),
    ),
    "mails without a header": Corpus(
        {"column_1": pick({"ham": 9, "spam": 1}), "column_2": texts(words=20)},
        "column_2",
        "class",
        ("column_1",),
        ("spam",),
    ),
    "a rating by moderators": Corpus(
        {
            "article_url": ids("https://example.org/{}"),
            "user_name": pick("anna ben carl"),
            "comment": texts(),
            "upvotes": numbers(0, 40),
            "model_score": shares(50),
            "decision": pick({"approved": 8, "rejected": 2}),
        },
        "comment",
        "class",
        ("decision",),
        ("rejected",),
    ),
    "cyberbullying": Corpus(
        {
            "tweet_text": texts(),
            "cyberbullying_type": pick("not_cyberbullying gender religion age other_cyberbullying"),
        },
        "tweet_text",
        "class",
        ("cyberbullying_type",),
        ("age", "gender", "not_cyberbullying", "other_cyberbullying", "religion"),
    ),
    "sentiment140": Corpus(
        {
            "column_1": pick("0 4"),
            "column_2": ids("14{}"),
            "column_3": pick(
                {"Mon Apr 06 22:19:45 PDT 2009": 1, "Tue May 05 01:02:03 PDT 2009": 1}
            ),
            "column_4": pick("NO_QUERY"),
            "column_5": ids("user{}"),
            "column_6": texts(),
        },
        "column_6",
        "class",
        ("column_1",),
        ("4",),
    ),
    "yes and no in any case": Corpus(
        {"Comment": texts(), "Abusive?": pick("Yes no NO"), "Threat?": pick({"No": 9, "yes": 1})},
        "Comment",
        "columns",
        ("Abusive?", "Threat?"),
    ),
    "twitter metadata": Corpus(
        {
            "tweet_id": ids(),
            "created_at": pick("2019-01-02 2019-03-04"),
            "full_text": texts(),
            **dict.fromkeys(
                ("is_retweet", "favorited", "user_verified"), marks(0.2, "False", "True")
            ),
            "retweet_count": numbers(0, 3),
            "lang": pick("en es"),
            "hateful": marks(0.1, "False", "True"),
        },
        "full_text",
        "columns",
        ("hateful",),
    ),
}


@pytest.mark.parametrize("name", CORPORA)
def test_a_corpus_with_a_trap_is_guessed(name: str) -> None:
    check(CORPORA[name], seed=len(name))
