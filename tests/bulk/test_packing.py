"""Packing, without I/O: every text in exactly one request, the limits kept, and what refusals and usage teach."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async.bulk._packer import Entry, Known, Pack, Packer, divide_in_proportion, estimate_tokens
from mistral_async.errors import BadRequestError, InvalidModelError, TooManyInputsError

texts = st.lists(st.text(max_size=400) | st.text("a ", min_size=500, max_size=3000), max_size=120)


def real_tokens(text):
    """What the API would count: one for the text, and one for every four bytes."""
    return 1 + len(text.encode("utf-8", "surrogatepass")) // 4


def pack_all(packer, entries, kinds=lambda entry: ""):
    packs = []
    for entry in entries:
        packs += packer.add(entry, kinds(entry))
    return packs + packer.flush()


@given(texts, st.integers(20, 2000), st.integers(1, 40))
def test_every_text_is_in_exactly_one_request_within_the_limits(given_texts, max_tokens, max_inputs):
    # Rule 1 of packer.
    packer = Packer(Known(max_tokens, max_inputs))
    entries = [Entry(index, text, estimate_tokens(text)) for index, text in enumerate(given_texts)]
    packs = pack_all(packer, entries)
    assert [entry.index for pack in packs for entry in pack.entries] == list(range(len(given_texts)))
    for pack in packs:
        assert 1 <= len(pack.entries) <= max_inputs
        assert pack.size == sum(entry.size for entry in pack.entries)
        assert pack.size <= packer.budget or len(pack.entries) == 1
    assert packer.flush() == []


@given(texts, st.integers(1, 7))
def test_kinds_do_not_share_requests(given_texts, max_inputs):
    # Rule 2 of packer.
    packer = Packer(Known(1000, max_inputs))
    entries = [Entry(index, text, estimate_tokens(text)) for index, text in enumerate(given_texts)]
    packs = pack_all(packer, entries, lambda entry: "odd" if entry.index % 2 else "even")
    assert sorted(entry.index for pack in packs for entry in pack.entries) == list(range(len(given_texts)))
    for pack in packs:
        assert {entry.index % 2 for entry in pack.entries} == {1 if pack.kind == "odd" else 0}


@given(st.text())
def test_the_estimate_is_never_far_below_common_tokenizers(text):
    assert estimate_tokens(text) >= 0.8 * real_tokens(text)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10_000), min_size=1, max_size=200))
def test_shares_add_up(total, sizes):
    found = divide_in_proportion(total, sizes)
    assert all(share >= 0 for share in found)
    if sum(sizes):
        assert sum(found) == total


def run(packer, server_texts, max_tokens, max_inputs, count=real_tokens):
    """Send everything to an API with these limits; requests, refusals, and what failed for good."""
    waiting = pack_all(packer, [Entry(index, text, estimate_tokens(text)) for index, text in enumerate(server_texts)])
    requests = refused = 0
    done, failed = [], []
    while waiting:
        pack = waiting.pop(0)
        if not packer.fits(pack):
            waiting[:0] = packer.halve(pack)
            continue
        requests += 1
        tokens = [count(entry.item) for entry in pack.entries]
        if len(tokens) > max_inputs:
            error = TooManyInputsError("Too many inputs in request, split into more batches.")
        elif sum(tokens) > max_tokens:
            error = TooManyInputsError("Too many tokens overall, split into more batches.")
        else:
            packer.observe(pack, sum(tokens))
            done += [entry.index for entry in pack.entries]
            continue
        refused += 1
        parts = packer.divide(pack, error)
        failed += [] if parts else [entry.index for entry in pack.entries]
        waiting[:0] = parts
    return requests, refused, done, failed


@given(texts, st.integers(50, 3000), st.integers(1, 50), st.integers(50, 3000), st.integers(1, 50))
@settings(max_examples=200)
def test_whatever_the_true_limits_every_text_arrives_or_fails_alone(
    given_texts, believed_tokens, believed_inputs, max_tokens, max_inputs
):
    # Rule 3 of packer.
    packer = Packer(Known(believed_tokens, believed_inputs))
    _, _, done, failed = run(packer, given_texts, max_tokens, max_inputs)
    assert sorted(done + failed) == list(range(len(given_texts)))
    assert all(real_tokens(given_texts[index]) > max_tokens for index in failed)


def words(dice, count):
    return " ".join("".join(dice.choices("abcdefghijklmnop", k=dice.randint(1, 9))) for _ in range(count))


def test_the_estimate_learns_to_fill_requests():
    # Rule 1 of packer.
    dice = random.Random(3)
    packer = Packer(Known(16_384, 512))
    sent = [words(dice, dice.randint(5, 300)) for _ in range(3000)]
    used = []
    for text in sent:
        for pack in packer.add(Entry(0, text, estimate_tokens(text))):
            tokens = sum(real_tokens(entry.item) for entry in pack.entries)
            assert tokens <= 16_384
            used.append(tokens)
            packer.observe(pack, tokens)
    assert sum(used[5:]) / len(used[5:]) > 0.9 * 16_384


def test_a_language_that_takes_more_tokens_is_learned_within_few_refusals():
    # Rule 1 of packer.
    dice = random.Random(3)
    packer = Packer(Known(16_384, 512))
    dense = [words(dice, dice.randint(50, 300)) for _ in range(4000)]
    waiting, requests, refused = [], 0, 0
    for text in dense:
        waiting += packer.add(Entry(0, text, estimate_tokens(text)))
        while waiting:
            pack = waiting.pop(0)
            requests += 1
            tokens = sum(len(entry.item) // 2 for entry in pack.entries)  # 2 characters a token
            if tokens <= 16_384:
                packer.observe(pack, tokens)
                continue
            refused += 1
            waiting += packer.divide(pack, TooManyInputsError("Too many tokens overall, split into more batches."))
    assert refused <= 2
    assert requests > 100


@pytest.mark.parametrize(
    ("message", "tokens", "inputs"),
    [
        ("Too many tokens overall, split into more batches.", 4000, 512),
        ("Too many inputs in request, split into more batches.", 16_384, 60),
        ("something else altogether", 4000, 512),
        ("something else altogether", 16_384, 60),
    ],
)
def test_lower_limits_are_learned_whatever_the_message_says(message, tokens, inputs):
    # Rule 4 of packer.
    dice = random.Random(5)
    packer = Packer(Known(16_384, 512))
    refused = []
    waiting = []
    for number in range(3000):
        text = words(dice, dice.randint(5, 40))
        waiting += packer.add(Entry(number, text, estimate_tokens(text)))
        while waiting:
            pack = waiting.pop(0)
            if not packer.fits(pack):
                waiting[:0] = packer.halve(pack)
                continue
            size = sum(real_tokens(entry.item) for entry in pack.entries)
            if size > tokens or len(pack.entries) > inputs:
                refused.append(number)
                waiting[:0] = packer.divide(pack, TooManyInputsError(message))
            else:
                packer.observe(pack, size)
    assert len(refused) <= 10
    assert not [number for number in refused if number > 1500]
    assert packer.known.max_tokens >= (0.4 * tokens if "else" not in message else 1500)
    assert packer.known.max_inputs >= (0.4 * inputs if "else" not in message else 25)


def test_a_request_made_before_a_limit_was_known_is_split_without_asking():
    # Rule 5 of packer.
    packer = Packer(Known(16_384, 512))
    early = Pack([Entry(index, "x", 3) for index in range(512)], 1536)
    assert packer.fits(early)
    packer.divide(early, TooManyInputsError("Too many inputs in request, split into more batches."))
    assert not packer.fits(early)
    assert all(packer.fits(part) for part in packer.halve(early))
    long = Pack([Entry(0, "x", 10_000), Entry(1, "y", 6_000)], 16_000)
    assert packer.fits(long)
    packer.observe(Pack([Entry(2, "z", 4_000)], 4_000), 8_000)  # twice the estimate
    assert not packer.fits(long)
    assert packer.fits(Pack([Entry(0, "x", 90_000)], 90_000))  # alone it is the API's to refuse


def test_the_text_that_a_refusal_names_is_isolated():
    # Rule 3 of packer.
    packer = Packer(Known(16_384, 512))
    pack = Pack([Entry(index, "x", 3) for index in range(10)], 30)
    error = TooManyInputsError("Input id 7 has 9001 tokens, exceeding max 8192 tokens.")
    rest, named_input = packer.divide(pack, error)
    assert [entry.index for entry in rest.entries] == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    assert [entry.index for entry in named_input.entries] == [7]
    assert packer.divide(named_input, error) == []
    assert packer.known.max_inputs == 512


def test_a_request_that_is_wrong_as_it_is_is_not_split_for_ever():
    # Rule 3 of packer.
    packer = Packer(Known(16_384, 512))
    waiting = [Pack([Entry(index, "x", 3) for index in range(512)], 1536)]
    refused = 0
    while waiting:
        refused += 1
        waiting += packer.divide(waiting.pop(0), BadRequestError("no"))
    assert refused < 40
    assert packer.divide(Pack([Entry(0, "x", 3), Entry(1, "y", 3)], 6), InvalidModelError("no")) == []


def test_one_bad_text_among_good_ones_is_found():
    # Rule 3 of packer.
    packer = Packer(Known(16_384, 512))
    waiting = [Pack([Entry(index, "x", 3) for index in range(512)], 1536)]
    failed, done, requests = [], [], 0
    while waiting:
        pack = waiting.pop(0)
        requests += 1
        indexes = [entry.index for entry in pack.entries]
        if 77 not in indexes:
            packer.observe(pack, pack.size)
            done += indexes
            continue
        parts = packer.divide(pack, BadRequestError("no"))
        failed += [] if parts else indexes
        waiting += parts
    assert failed == [77]
    assert len(done) == 511
    assert requests <= 20
