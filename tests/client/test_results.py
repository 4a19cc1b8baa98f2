"""Bodies of every era read as analyses."""

from fulgurite.client.results import State, analysis


def test_an_analysis_in_progress() -> None:
    body = {"sandbox_id": "a", "scan_in_progress": "a", "scan_results": {"progress_percentage": 7}}
    read = analysis(body)
    assert (read.state, read.progress, read.verdict, read.score, read.running_id) == (
        State.RUNNING,
        7,
        None,
        None,
        None,
    )
    assert read.body is body


def test_a_bare_body_is_in_progress() -> None:
    assert analysis({"sandbox_id": "a"}).state is State.RUNNING


def test_a_failed_analysis_states_nothing() -> None:
    read = analysis({"sandbox_id": "a", "final_verdict": {"verdict": "UNKNOWN"}, "sandbox_error": {"messages": ["x"]}})
    assert (read.state, read.score, read.reasons) == (State.FAILED, None, ("x",))
