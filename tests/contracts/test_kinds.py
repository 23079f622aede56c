"""Every kind of job has a request, a place, a quota, and something to show."""

from typing import get_args

from bot.app import FEATURES
from bot.jobs.job import KINDS, Kind, kind_of
from tests.bot.jobs import DRAW, TRAIN
from trainer.protocol import Request


def test_every_kind_has_its_row_and_each_request_its_kind() -> None:
    assert set(KINDS) == set(Kind)
    assert {row.request for row in KINDS.values()} == set(get_args(Request))
    assert len(KINDS) == len(get_args(Request))
    assert (kind_of(TRAIN), kind_of(DRAW)) == (Kind.TRAIN, Kind.DRAW)


def test_every_kind_shows_something_by_one_feature() -> None:
    shown = [kind for feature in FEATURES for kind in feature.messages]
    assert sorted(shown) == sorted(Kind)
