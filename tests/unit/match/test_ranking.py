"""
Scoring by hand-made vectors: each axis is a topic.
"""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.match.domain import MAX_REASONS, Direction, Facet, Fact
from services.match.ranking import NO_SCORE, WEIGHTS, Portrait, answers, judged, reasons, score

TOPICS = 12
COOKING, SAILING, CODE, SALES, CHESS = range(5)


def portrait(*facts: tuple[Facet, int], whole: int = TOPICS - 1, texts: tuple[str, ...] = ()) -> Portrait:
    made = tuple(
        Fact(UUID(int=number), facet, texts[number] if texts else "")
        for number, (facet, _) in enumerate(facts)
    )
    axes = np.eye(TOPICS, dtype=np.float16)
    return Portrait.of(made, axes[[topic for _, topic in facts]], axes[whole])


OFFER, SEEK, VALUE, BACKGROUND = Facet.OFFER, Facet.SEEK, Facet.VALUE, Facet.BACKGROUND
GOAL, EXCLUSION, INTEREST = Facet.GOAL, Facet.EXCLUSION, Facet.INTEREST
ME = portrait((SEEK, CODE), (OFFER, SALES))
PARTNER = portrait((OFFER, CODE), (SEEK, SALES))


def test_a_mutual_fit_beats_everything_else() -> None:
    one_sided = portrait((OFFER, CODE), (SEEK, CHESS), whole=0)
    look_alike = portrait((SEEK, CODE), (OFFER, SALES))
    stranger = portrait((OFFER, COOKING), (SEEK, SAILING))
    scores = score(ME, [stranger, look_alike, one_sided, PARTNER])
    assert max(scores, key=lambda each: each.total) is scores[3]
    assert [each.fits() for each in scores] == [False, False, False, True]
    assert scores[1].total < scores[0].total


def test_a_background_answers_less_than_an_offer_and_a_goal_asks_less_than_a_need() -> None:
    skilled = portrait((BACKGROUND, CODE), (SEEK, SALES))
    hoping = portrait((OFFER, CODE), (GOAL, SALES))
    full, background, goal = score(ME, [PARTNER, skilled, hoping])
    assert background.they_answer == pytest.approx(WEIGHTS.background * full.they_answer)
    assert goal.i_answer == pytest.approx(WEIGHTS.goal * full.i_answer)


def test_common_words_and_common_ground_help() -> None:
    words = portrait((OFFER, CODE), (SEEK, SALES), texts=("Postgres", "customers"))
    plain, same_words = score(
        portrait((SEEK, CODE), (OFFER, SALES), texts=("Postgres", "customers")), [PARTNER, words]
    )
    assert same_words.mutual > plain.mutual
    with_value = portrait((SEEK, CODE), (OFFER, SALES), (VALUE, CHESS))
    shares = portrait((OFFER, CODE), (SEEK, SALES), (VALUE, CHESS))
    differs, same_value = score(with_value, [PARTNER, shares])
    assert same_value.total > differs.total


@pytest.mark.parametrize("facet", [OFFER, SEEK, BACKGROUND, GOAL])
def test_what_either_rules_out_removes_the_pair_for_both(facet: Facet) -> None:
    picky = portrait((OFFER, CODE), (SEEK, SALES), (EXCLUSION, CHESS))
    chess = portrait((SEEK, CODE), (OFFER, SALES), (facet, CHESS))
    assert score(picky, [chess])[0].ruled_out
    assert score(chess, [picky])[0].ruled_out
    assert not score(picky, [ME])[0].ruled_out


def test_an_excluded_word_is_enough_when_the_vectors_are_not() -> None:
    picky = portrait(
        (OFFER, CODE), (SEEK, SALES), (EXCLUSION, CHESS), texts=("code", "sales", "nothing with crypto")
    )
    half = np.full(TOPICS, 0.0, np.float16)
    half[[CODE, CHESS]] = 0.9, 0.4
    crypto = portrait((SEEK, CODE), (OFFER, SALES), texts=("a crypto exchange", "sales"))
    crypto = replace(crypto, vectors=np.stack([half, crypto.vectors[1]]))
    other = replace(crypto, terms=(frozenset({"exchang"}), frozenset()))
    assert [each.ruled_out for each in score(picky, [crypto, other])] == [True, False]


def test_an_exclusion_is_never_a_reason() -> None:
    picky = portrait((OFFER, CODE), (SEEK, SALES), (EXCLUSION, CODE))
    for reason in (*reasons(ME, picky), *reasons(picky, ME)):
        assert EXCLUSION not in {reason.mine.facet, reason.theirs.facet}


def test_reasons_are_the_best_pairs_of_each_direction_strongest_first() -> None:
    me = portrait((SEEK, CODE), (OFFER, SALES), (GOAL, SAILING), (INTEREST, CHESS))
    other = portrait((OFFER, CODE), (SEEK, SALES), (OFFER, SAILING), (INTEREST, CHESS), (VALUE, COOKING))
    found = reasons(me, other)
    directions = [reason.direction for reason in found]
    assert directions.count(Direction.THEY_ANSWER) == 2
    assert directions.count(Direction.I_ANSWER) == 1
    assert directions.count(Direction.SHARED) == 1
    strengths = [reason.strength for reason in found]
    assert strengths == sorted(strengths, reverse=True)
    assert (found[-1].mine.facet, found[-1].theirs.facet) == (GOAL, OFFER)


def test_people_without_facts_score_nothing_and_have_no_reasons() -> None:
    nobody = portrait()
    assert score(ME, [nobody, PARTNER, nobody])[::2] == [NO_SCORE, NO_SCORE]
    assert score(ME, [nobody, PARTNER])[1].fits()
    assert score(nobody, [ME]) == [NO_SCORE]
    assert score(ME, []) == []
    assert reasons(ME, nobody) == reasons(nobody, ME) == ()


@st.composite
def _people(draw: st.DrawFn) -> Portrait:
    facts = st.lists(st.tuples(st.sampled_from(Facet), st.integers(0, TOPICS - 1)), min_size=1, max_size=8)
    return portrait(*draw(facts), whole=draw(st.integers(0, TOPICS - 1)))


people = _people()


@given(people, people)
def test_both_see_the_same_score_from_their_sides(one: Portrait, other: Portrait) -> None:
    (seen,), (back,) = score(one, [other]), score(other, [one])
    assert seen.total == pytest.approx(back.total, abs=1e-6)
    assert (seen.they_answer, seen.i_answer) == pytest.approx((back.i_answer, back.they_answer))
    assert seen.ruled_out == back.ruled_out


@given(people, st.lists(people, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_a_score_does_not_depend_on_who_else_is_scored(
    me: Portrait, others: list[Portrait], chance: random.Random
) -> None:
    shuffled = others.copy()
    chance.shuffle(shuffled)
    alone = {id(other): score(me, [other])[0] for other in others}
    for other, found in zip(shuffled, score(me, shuffled), strict=True):
        assert found.total == pytest.approx(alone[id(other)].total, abs=1e-6)


@given(people, people)
def test_whoever_fits_has_a_reason_in_each_direction(one: Portrait, other: Portrait) -> None:
    found = reasons(one, other)
    assert len(found) <= MAX_REASONS
    if score(one, [other])[0].fits():
        assert {Direction.THEY_ANSWER, Direction.I_ANSWER} <= {reason.direction for reason in found}


NEUTRAL = dict.fromkeys(Facet, 1.0)


def test_weights_move_people_in_ones_own_order_and_nothing_else() -> None:
    me = portrait((SEEK, CODE), (OFFER, SALES), (VALUE, CHESS))
    others = [portrait((OFFER, CODE), (SEEK, SALES)), portrait((OFFER, CODE), (SEEK, SALES), (VALUE, CHESS))]
    plain = score(me, others)
    assert [each.rank for each in plain] == [each.total for each in plain]
    assert score(me, others, emphasis=NEUTRAL) == plain
    weighted = score(me, others, emphasis={**NEUTRAL, VALUE: 2.0})
    assert weighted[1].rank - plain[1].rank == pytest.approx(WEIGHTS.shared, rel=1e-4)
    assert weighted[0].rank == plain[0].rank
    assert [replace(each, rank=0.0) for each in weighted] == [replace(each, rank=0.0) for each in plain]


def test_a_weight_counts_on_the_side_of_ones_own_fact() -> None:
    me = portrait((SEEK, CODE), (OFFER, SALES))
    by_need, by_offer = (score(me, [PARTNER], emphasis={facet: 0.5})[0].rank for facet in (SEEK, OFFER))
    assert by_need == pytest.approx(by_offer)
    assert by_need < score(me, [PARTNER])[0].rank
    assert score(me, [PARTNER], emphasis={BACKGROUND: 0.5})[0].rank == score(me, [PARTNER])[0].rank


@given(_people(), _people(), st.integers(0, 100))
def test_a_judge_moves_a_rank_by_a_twentieth_at_most_and_nothing_else(
    one: Portrait, other: Portrait, fit: int
) -> None:
    (found,) = score(one, [other])
    moved = judged(found, fit)
    assert replace(moved, rank=found.rank) == found
    assert abs(moved.rank - found.rank) <= 0.05 * abs(found.rank) + 1e-9
    assert (moved.rank - found.rank) * (fit - 50) >= 0
    assert judged(found, 50).rank == found.rank
    assert judged(found, 100).rank >= judged(found, fit).rank >= judged(found, 0).rank


def test_what_only_they_rule_out_is_not_known_to_me() -> None:
    picky = portrait((OFFER, CODE), (SEEK, SALES), (EXCLUSION, CHESS))
    player = portrait((SEEK, CODE), (OFFER, SALES), (BACKGROUND, CHESS))
    (seen,) = score(player, [picky])
    assert not seen.fits()
    assert seen.fits_me()
    assert not score(picky, [player])[0].fits_me()


def test_a_sentence_is_answered_by_up_to_three_facts_the_best_first() -> None:
    sentence = portrait((SEEK, CODE))
    able = portrait((BACKGROUND, CODE), (OFFER, CODE), (OFFER, SALES), (SEEK, CODE), (OFFER, CODE))
    found = answers(sentence, able)
    assert [reason.theirs for reason in found] == [able.facts[1], able.facts[4], able.facts[0]]
    assert {(reason.direction, reason.mine) for reason in found} == {
        (Direction.THEY_ANSWER, sentence.facts[0])
    }
    assert answers(sentence, portrait((OFFER, SALES), (SEEK, CODE))) == ()
