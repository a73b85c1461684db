"""Who is on the list, in the order of asking. Contract: 6.20."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from attendance_core.marking.places import Held, Marked, Place, State, Waiting
from attendance_core.marking.positions import Positions
from attendance_core.vocabulary import UserId
from tests.support.mirror_room import BOB, BY_MIA, EVENT, MAX, MIA, place

since = st.sampled_from([1.0, 1.5, 2.0])
states: st.SearchStrategy[State] = st.one_of(
    st.none(),
    st.builds(Waiting, since),
    st.builds(Held, since, st.just(MIA), st.just(99.0)),
    st.just(Marked(MIA, 3.0)),
)


@given(st.lists(st.tuples(st.integers(1, 5).map(UserId), states)))
def test_everybody_has_the_position_that_sorting_gives_them(
    changes: list[tuple[UserId, State]],
) -> None:
    positions, places = Positions(), dict[UserId, Place]()
    for user_id, state in changes:
        places[user_id] = Place(EVENT, user_id, state=state)
        positions.put(places[user_id])
        listed = sorted(
            (each.state.since, each.user_id)
            for each in places.values()
            if isinstance(each.state, Waiting | Held)
        )
        expected_positions = {user: position for position, (_, user) in enumerate(listed, 1)}
        assert len(positions) == len(listed)
        assert {each: positions.position_of(each) for each in places} == {
            each: expected_positions.get(each) for each in places
        }


def test_it_tells_whether_anything_is_new() -> None:
    positions = Positions()
    assert positions.put(place(BOB, 1, Waiting(10)))
    assert not positions.put(place(BOB, 2, BY_MIA))  # who is held keeps their position
    assert not positions.put(place(MAX, 1, None))
    assert positions.put(place(BOB, 3, None))
