"""HTML in texts is found and taken out; what only looks like it is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toxapp.data.texts import markup

FOLDER = Path(os.environ.get("TOXAPP_REAL_DATA", "/nonexistent"))

CLEAN = [
    "",
    "a < b && c > d",
    "if (a &amp b) fish & chips; then",
    "AT&T; R&D;",
    "&nosuch; &; &#; &#x; &#12a;",
    "I <3 you > me",
    "<user> wrote to <url> about <a and b>",
    "[[File:x.png]] ''bold'' {{template}} <ref>source</ref> <nowiki>x</nowiki>",
    "i <b then c> d",
    "<-- an arrow -->",
]


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_no_html_is_left_alone(text: str) -> None:
    assert not markup.has_entity(text)
    assert not markup.has_tag(text)
    assert markup.unescape(text, tags=True) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("fish &amp; chips", "fish & chips"),
        ("it&#39;s &quot;it&quot;", 'it\'s "it"'),
        ("&lt;3 &#x1F602;&#128514;", "<3 😂😂"),
        ("a&nbsp;b", "a\xa0b"),
        ("twice &amp;amp;lt; escaped", "twice < escaped"),
        ("&amp;nosuch; stays", "&nosuch; stays"),
        ("a&amp;b&c;", "a&b&c;"),
    ],
)
def test_entities_become_their_characters(text: str, meant: str) -> None:
    assert markup.has_entity(text)
    assert markup.unescape(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("one<br>two<br />three<BR/>", "one\ntwo\nthree\n"),
        ("see <a href=\"http://x.y/?a>b\" rel='z'>this</a>", "see this"),
        ("<p class=big>Hi</p>", "\nHi\n"),
        ("so <b>bold</b> and <i>so on</i>", "so bold and so on"),
        ("seen<!-- not\nseen -->", "seen"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
    ],
)
def test_tags_go_when_asked(text: str, meant: str) -> None:
    assert markup.unescape(text, tags=True) == meant


def test_tags_stay_unless_asked() -> None:
    assert markup.unescape("<b>a &amp; b</b>") == "<b>a & b</b>"


def test_positions_are_by_kind_and_ascending() -> None:
    found = markup.positions(["a", "&amp;<br>", "<i>", "b", "&lt;"])
    assert {kind: where.tolist() for kind, where in found.items()} == {
        "entity": [1, 4],
        "tag": [1, 2],
    }


@given(st.text(alphabet="&;<>#3x9abmpl/ !-\"'=", max_size=40))
def test_taking_out_twice_is_taking_out_once(text: str) -> None:
    for tags in (False, True):
        once = markup.unescape(text, tags=tags)
        assert markup.unescape(once, tags=tags) == once
        assert not markup.has_entity(once)
    assert not markup.has_tag(once)


def test_thousands_of_open_comments_and_tags_take_no_time() -> None:
    for piece in ("<!-- ", "<a b='", '<a b="', "<a x=1 ", "&#", "<a "):
        markup.has_tag(piece * 50_000 + ">")


@pytest.mark.real
@pytest.mark.skipif(not FOLDER.is_dir(), reason="TOXAPP_REAL_DATA names no folder")
def test_a_quarter_of_these_tweets_hold_entities_and_none_do_afterwards() -> None:
    tweets = pd.read_csv(FOLDER / "davidson" / "labeled_data.csv").tweet.tolist()
    assert 6_000 < len(markup.positions(tweets)["entity"]) < 7_000
    assert not len(markup.positions([markup.unescape(tweet) for tweet in tweets])["entity"])
