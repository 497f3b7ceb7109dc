"""Which cluster a run joins, and what is said where it cannot."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from oversample_bench.cli import main

SUITE = "name: joins\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [decision_tree]\nsplits: 2\n"


@pytest.fixture
def nobody() -> str:
    """Return an address of this machine where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


def ended(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as found:
        main(list(words))
    return found.value.code


@pytest.fixture
def suite_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a suite in the working folder; no token of Ray is there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    (tmp_path / "s.yaml").write_text(SUITE)
    return "s.yaml"


def test_the_cluster_of_a_job_is_joined(
    suite_file: str, nobody: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --address that of RAY_ADDRESS is taken, as in a job; --address comes first."""
    monkeypatch.setenv("RAY_ADDRESS", nobody)
    first = ended("run", suite_file)
    told = capsys.readouterr().err
    second = ended("run", suite_file, "--address", "127.0.0.1:1")

    assert (first, second) == (1, 1)
    assert f"no Ray cluster answers at '{nobody}'" in told
    assert "no Ray cluster answers at '127.0.0.1:1'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "words"), [("http://head:8265", []), ("127.0.0.1:1", ["--runner", "serial"])]
)
def test_an_address_that_is_for_something_else_is_left_alone(
    suite_file: str, monkeypatch: pytest.MonkeyPatch, address: str, words: list[str]
) -> None:
    """The address to which jobs are submitted is no cluster to join, and ``serial`` joins none."""
    monkeypatch.setenv("RAY_ADDRESS", address)

    assert ended("run", suite_file, *words) == 0


@pytest.mark.parametrize("there", [True, False])
def test_a_token_that_is_not_sent_is_named(
    suite_file: str, nobody: str, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    """Where Ray has left a token, a cluster may demand it; the variable that sends it is named."""
    if there:
        Path(".ray").mkdir()
        Path(".ray/auth_token").write_text("token")

    assert ended("run", suite_file, "--address", nobody) == 1
    assert ("RAY_AUTH_MODE=token" in capsys.readouterr().err) == there
