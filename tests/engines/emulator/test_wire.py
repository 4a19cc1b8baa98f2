"""Frames between the engine and its warm parent, over real sockets."""

import socket
import threading

import pytest

from fulgurite.engines.emulator.job import Job, Limits
from fulgurite.engines.emulator.wire import Ended, is_readable, receive_ended, receive_job, send_ended, send_job
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions

JOB = Job(
    folder="/nowhere",
    limits=Limits(seconds=1.5),
    engine="speakeasy",
    engine_version="2",
    sample=Sample(name="a\u202eexe.txt"),
    options=RunOptions(system="windows7"),
)


def test_a_job_arrives_whole() -> None:
    ours, theirs = socket.socketpair()
    data = bytes(range(256)) * 40_000
    with ours, theirs:
        sender = threading.Thread(target=send_job, args=(ours, JOB, data))
        sender.start()
        assert receive_job(theirs) == (JOB, data)
        sender.join()


@pytest.mark.parametrize("sent", [b"", b"\0\0", b"\0\0\0\x05\0\0\0\x05abc"])
def test_a_closed_socket_is_no_job(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(sent)
        ours.close()
        assert receive_job(theirs) is None


def test_an_answer_arrives() -> None:
    ours, theirs = socket.socketpair()
    ended = Ended(reason="it died", cpu_s=0.5, wall_s=1.0)
    with ours, theirs:
        assert not is_readable(ours, 0)
        send_ended(theirs, ended)
        assert is_readable(ours, 1)
        assert receive_ended(ours, 1) == ended


def test_silence_and_death_are_no_answer() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        assert receive_ended(ours, 0.05) is None
        theirs.close()
        assert receive_ended(ours, 1) is None
