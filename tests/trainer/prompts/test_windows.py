from hypothesis import given, settings, strategies as st

from trainer.prompts.windows import (
    COMMA_REACH,
    PLACEHOLDER,
    WINDOW,
    BreakPiece,
    FilledWindows,
    Piece,
    Placement,
    TokenPiece,
    WordPiece,
    fill_windows,
)

COMMA = TokenPiece(267, comma=True)
WEIGHTS = st.sampled_from([0.5, 1.0, 1.1])
TOKENS = st.builds(TokenPiece, st.integers(300, 49405), WEIGHTS) | st.just(COMMA)
PIECES = st.lists(
    st.lists(TOKENS, max_size=60)
    | st.builds(WordPiece, st.sampled_from(["cat", "dog"]), st.integers(1, 90), WEIGHTS).map(lambda word: [word])
    | st.just([BreakPiece()]),
    max_size=12,
).map(lambda runs: [piece for run in runs for piece in run])


def tokens(count: int, first: int = 1000) -> list[Piece]:
    return [TokenPiece(first + number) for number in range(count)]


def lengths(pieces: list[Piece]) -> list[int]:
    return [len(window) for window in fill_windows(pieces).ids]


def test_no_pieces_make_one_empty_window() -> None:
    assert fill_windows([]) == FilledWindows(((),), ((1.0,) * WINDOW,), ())


def test_tokens_fill_window_after_window() -> None:
    assert [lengths(tokens(count)) for count in (1, 75, 76, 150, 151)] == [[1], [75], [75, 1], [75, 75], [75, 75, 1]]


def test_what_follows_a_near_comma_moves_with_it() -> None:
    filled = fill_windows([*tokens(60), COMMA, *tokens(14), TokenPiece(7, 1.1)])
    assert [len(window) for window in filled.ids] == [61, 15]
    assert filled.ids[1] == (*range(1000, 1014), 7)
    assert filled.weights[1][:16] == (*[1.0] * 14, 1.1, 1.0)


def test_a_comma_is_near_within_twenty_places() -> None:
    edge = WINDOW - COMMA_REACH
    assert lengths([*tokens(edge), COMMA, *tokens(20)]) == [edge + 1, 20]
    assert lengths([*tokens(edge - 1), COMMA, *tokens(21)]) == [75, 1]


def test_nothing_moves_before_a_window_is_full_or_for_a_comma() -> None:
    assert lengths([*tokens(60), COMMA, *tokens(14)]) == [75]
    assert lengths([*tokens(60), COMMA, *tokens(14), COMMA]) == [75, 1]
    assert lengths([*tokens(60), COMMA, *tokens(9), WordPiece("cat", 8)]) == [70, 8]


def test_a_comma_in_the_last_place_leaves_nothing_to_move() -> None:
    assert lengths([*tokens(74), COMMA, *tokens(1)]) == [75, 1]


def test_a_word_that_moves_keeps_its_vectors() -> None:
    filled = fill_windows([*tokens(60), COMMA, TokenPiece(9), WordPiece("cat", 2, 1.3), *tokens(12)])
    assert filled.placements == (Placement("cat", 0, 1, 2), Placement("cat", 1, 1, 3))
    assert filled.ids[1][:4] == (9, PLACEHOLDER, PLACEHOLDER, 1000)
    assert filled.weights[1][:4] == (1.0, 1.3, 1.3, 1.0)


def test_a_word_at_a_full_window_moves_what_follows_a_near_comma_too() -> None:
    assert lengths([*tokens(60), COMMA, *tokens(14), WordPiece("cat", 8)]) == [61, 22]
    assert lengths([*tokens(60), COMMA, *tokens(14), WordPiece("cat", 70)]) == [61, 14, 70]


def test_a_word_that_does_not_fit_starts_a_window() -> None:
    filled = fill_windows([*tokens(70), WordPiece("cat", 8)])
    assert [len(window) for window in filled.ids] == [70, 8]
    assert filled.placements == tuple(Placement("cat", row, 1, row + 1) for row in range(8))


def test_more_vectors_than_a_window_holds_are_left_out() -> None:
    filled = fill_windows([WordPiece("cat", 90), *tokens(1)])
    assert [len(window) for window in filled.ids] == [75, 1]
    assert [place.vector for place in filled.placements] == list(range(75))


def test_a_break_ends_a_window_also_an_empty_one() -> None:
    end = BreakPiece()
    assert lengths([*tokens(3), end, *tokens(2)]) == [3, 2]
    assert lengths([*tokens(75), end, *tokens(2)]) == [75, 2]
    assert lengths([end, end, *tokens(2), end]) == [0, 0, 2]
    assert lengths([end]) == [0]


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_nothing_is_lost_and_the_order_kept(pieces: list[Piece]) -> None:
    filled = fill_windows(pieces)
    read = [
        pair
        for ids, weights in zip(filled.ids, filled.weights, strict=True)
        for pair in zip(ids, weights, strict=False)
    ]
    assert read == [pair for piece in pieces for pair in written(piece)]
    assert all(len(ids) <= WINDOW for ids in filled.ids)
    assert all(len(weights) == WINDOW for weights in filled.weights)


def written(piece: Piece) -> list[tuple[int, float]]:
    match piece:
        case TokenPiece(token, weight):
            return [(token, weight)]
        case WordPiece(_, vectors, weight):
            return [(PLACEHOLDER, weight)] * min(vectors, WINDOW)
        case BreakPiece():
            return []


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_words_stand_whole_where_their_placeholders_are(pieces: list[Piece]) -> None:
    filled = fill_windows(pieces)
    places = [(place.window, place.position) for place in filled.placements]
    assert places == [
        (number, position)
        for number, window in enumerate(filled.ids)
        for position, token in enumerate(window, start=1)
        if token == PLACEHOLDER
    ]
    words = [
        (piece.word, row)
        for piece in pieces
        if isinstance(piece, WordPiece)
        for row in range(min(piece.vectors, WINDOW))
    ]
    assert [(place.word, place.vector) for place in filled.placements] == words
    starts = [place for place in filled.placements if place.vector == 0]
    rows = [(place.window, place.position - place.vector) for place in filled.placements]
    assert list(dict.fromkeys(rows)) == [(start.window, start.position) for start in starts]


@settings(deadline=None)
@given(PIECES)
def test_padding_weighs_nothing_special(pieces: list[Piece]) -> None:
    filled = fill_windows(pieces)
    for ids, weights in zip(filled.ids, filled.weights, strict=True):
        assert set(weights[len(ids) :]) <= {1.0}
