"""The states of a task."""

from fulgurite.model.task import FOLLOWS, TaskState


def test_every_state_says_what_may_follow() -> None:
    assert set(FOLLOWS) == set(TaskState)


def test_only_the_two_end_states_end() -> None:
    assert {state for state, following in FOLLOWS.items() if following == frozenset()} == {
        TaskState.REPORTED,
        TaskState.FAILED,
    }
