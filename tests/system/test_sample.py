"""The sample villages as an admin checks them: every gate, every usual panel, nothing to be told."""

from pathlib import Path

import pytest

from content.__main__ import main

SAMPLE = Path(__file__).parent.parent.parent / "content" / "sample"

pytestmark = pytest.mark.system


@pytest.mark.parametrize("village", ["baizhuang", "macun-street"])
def test_the_sample_villages_pass_every_gate(village: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["check", str(SAMPLE / village), "--strict", "--at", "2026-11-23T09:00+08:00"])
    out = capsys.readouterr().out.splitlines()
    assert (status, out[:-1]) == (0, [])
