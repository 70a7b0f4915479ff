"""What notebooks show of answers (rules of `models/_html.py`): nothing of it runs or is loaded, and all is bounded."""

from __future__ import annotations

import base64
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async import models
from mistral_async.models import _html

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
WAV = base64.b64encode(b"RIFF" + bytes(40)).decode()
TAGS = """
    div details summary pre code p em strong a img audio table thead tbody tfoot tr td th caption progress hr br b i sub
    sup ul ol li blockquote h1 h2 h3 h4 h5 h6
"""
ATTRIBUTES = {"style", "href", "rel", "target", "src", "alt", "title", "controls", "max", "value", "class", "start"}
ATTRIBUTES |= {"colspan", "rowspan"}


class Checker(HTMLParser):
    """Collects the text and the tags; fails for what could run or load something."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags, self.sources = "", [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS.split(), tag
        self.tags.append(tag)
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            if name == "href":
                assert value.startswith(("http://", "https://", "mailto:")) or ":" not in value.partition("/")[0], value
            if name == "src":
                assert value.startswith(("data:image/", "data:audio/")), value
                self.sources.append(value)
            if name == "style":
                assert "url" not in value
                assert "expression" not in value

    def handle_data(self, data):
        self.text += data

    def handle_decl(self, decl):
        raise AssertionError(decl)

    handle_pi = handle_comment = handle_decl


def shown(value):
    html = value._repr_html_()
    assert html.encode()  # what a notebook keeps is UTF-8
    return Checker(html)


@pytest.fixture(params=["rendered", "plain"])
def renderer(request, monkeypatch):
    """With markdown-it-py and without it."""
    if request.param == "plain":
        monkeypatch.setitem(sys.modules, "markdown_it", None)
    _html._markdown_renderer.cache_clear()
    yield request.param
    _html._markdown_renderer.cache_clear()


def chat(content, **fields):
    message = models.AssistantMessage(content=content, **fields)
    usage = models.UsageInfo(total_tokens=7)
    return models.ChatCompletionResponse(model="m", choices=[models.ChatCompletionChoice(message=message)], usage=usage)


def call(name, arguments):
    return models.ToolCall(models.FunctionCall(name, arguments))


def test_a_chat_is_text_folded_reasoning_and_calls(renderer):
    content = [models.ThinkChunk("Let me see."), models.TextChunk("**Yes**, it is.")]
    found = shown(chat(content, tool_calls=[call("add", '{"a": 1}')]))
    assert "Let me see." in found.text
    assert ("strong" in found.tags) is (renderer == "rendered")
    assert found.tags.count("details") == 2
    assert 'Calls add{"a": 1}' in found.text
    assert found.text.endswith("m, 7 tokens")


def test_images_and_audio_are_there_if_their_data_is():
    content = [
        models.ImageURLChunk(f"data:image/png;base64,{PNG}"),
        models.AudioChunk(WAV),
        models.ImageURLChunk("https://example.com/a.png"),
        models.ImageURLChunk("data:image/svg+xml;base64,PHN2Zz4="),
    ]
    found = shown(models.AssistantMessage(content=content))
    assert found.sources == [f"data:image/png;base64,{PNG}", f"data:audio/wav;base64,{WAV}"]
    assert found.tags.count("a") == 1
    assert "https://example.com/a.png" in found.text
    assert shown(models.SpeechResponse(audio_data=WAV)).tags == ["audio"]
    assert shown(models.AudioChunk(WAV)).tags == ["audio"]
    assert shown(models.ImageURLChunk(f"data:image/png;base64,{PNG}")).tags == ["img"]


def test_a_page_has_its_images_and_tables_in_their_places():
    page = models.OCRPageObject(
        index=3,
        markdown="# Title\n\n![img-0](img-0)\n\nbefore\n\n[t-0](t-0)\n\n[t-1](t-1)\n\nafter ![gone](gone)",
        images=[models.OCRImageObject(id="img-0", image_base64=PNG)],
        tables=[
            models.OCRTableObject(id="t-0", content="|a|b|\n|-|-|\n|1|2|", format="markdown"),
            models.OCRTableObject(
                id="t-1", content="<table><tr><td onclick=alert(1)>x</td></tr></table><script>y</script>"
            ),
        ],
    )
    found = shown(models.OCRResponse(pages=[page]))
    assert [tag for tag in found.tags if tag in ("h1", "img", "table")] == ["h1", "img", "table", "table"]
    assert found.text.startswith("Page 4Title")
    assert "y" not in found.text.partition("after")[0].replace("by", "")
    assert shown(page).tags == found.tags
    assert shown(page.images[0]).tags == ["img"]


def test_lists_of_models_are_tables_of_so_many_rows():
    cards = [models.BaseModelCard(id=f"m{number}", description="d" * 1000) for number in range(250)]
    found = shown(models.ModelList(data=cards))
    assert found.tags.count("tr") == 201
    assert found.text.endswith("... 50 more rows")
    assert len(found.text) < 60_000


def test_rule_3_what_is_shown_is_bounded():
    assert shown(chat("x" * 25_000)).text.count("... 5,000 more characters") == 1
    large = models.ImageURLChunk("data:image/png;base64," + "A" * 2_000_001)
    assert shown(large).tags == ["div"]
    assert "1,500," in shown(large).text
    pages = [models.OCRPageObject(index=number, markdown="p") for number in range(30)]
    assert shown(models.OCRResponse(pages=pages)).text.endswith("... 10 more pages")


def test_rule_3_an_image_or_a_table_that_is_linked_often_is_shown_once():
    page = models.OCRPageObject(
        markdown="![i](i) [t](t) " * 50,
        images=[models.OCRImageObject(id="i", image_base64=PNG)],
        tables=[models.OCRTableObject(id="t", content="|a|\n|-|", format="markdown")],
    )
    assert [tag for tag in shown(page).tags if tag in ("img", "table")] == ["img", "table"]


def test_rule_3_a_table_that_is_cut_says_so():
    pytest.importorskip("nh3")
    table = models.OCRTableObject(id="t", content="<table>" + "<tr><td>x</td></tr>" * 2_000 + "</table>")
    page = models.OCRPageObject(markdown="[t](t)", tables=[table])
    assert "... 18,015 more characters" in shown(page).text


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "<javascript:alert(1)>",
    "![a](https://example.com/?secret)",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    '"><svg onload=alert(1)>',
    "'",
    "```html\n<script>\n```",
    "|a|\n|-|\n|<b>|",
    "[x]: javascript:alert(1)\n\n[x]",
    "<!-- -->",
    "</details></div>",
    "&lt;script&gt;",
    "<style>*{}</style>",
    "\ud83d",  # half of a character
    'data:image/png;base64,AAAA" onerror="alert(1)',
    'https://example.com/"onmouseover="alert(1)',
]
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), max_size=4).map("".join)


@settings(max_examples=60)
@given(texts, texts, texts)
def test_rule_1_nothing_of_an_answer_runs(one, two, three):
    content = [models.ThinkChunk(one), models.TextChunk(two), models.ImageURLChunk(three), models.AudioChunk(one)]
    content += [models.DocumentURLChunk(one, two), models.FileChunk(three)]
    content += [models.ToolReferenceChunk("web_search", title=one, url=two)]
    answer = chat(content, tool_calls=[call(one, two), call(three, {two: one})])
    answer.model = three
    image = models.OCRImageObject(id="i", image_base64=one)
    table = models.OCRTableObject(id="t", content=two)
    page = models.OCRPageObject(markdown=f"![i](i) [t](t) {three}", images=[image], tables=[table])
    cards = [models.BaseModelCard(id=one, name=two, description=three)]
    reply = models.ConversationResponse(outputs=[models.MessageOutputEntry(content=one)])
    for each in (
        answer,
        answer.choices[0].message,
        models.OCRResponse(pages=[page]),
        models.ModelList(data=cards),
        reply,
    ):
        shown(each)
    shown(image)
    shown(models.SpeechResponse(audio_data=three))


def test_a_text_is_shown_as_it_was_written():
    assert "<script>alert(1)</script>" in shown(chat(HOSTILE[0])).text
