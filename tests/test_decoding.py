"""content.decoding: threads that decode the same kind for the first time, all at once."""

import subprocess
import sys

RACE = """
import os, sys, threading
from datetime import UTC, datetime
sys.setswitchinterval(1e-6)
from content.decoding import decoded
from content.manifest import Content, Manifest, encode
from content.notice import TOPICS, Notice

notice = Notice(id="n", title="t", topic=TOPICS["便民信息"], body="b")
content = Content(place_name="x", notices=(notice,))
now = datetime(2026, 11, 1, tzinfo=UTC)
document = encode(Manifest(kind="content", place="v", publisher="p", revision=1, issued=now, content=content))
meeting, found = threading.Barrier(8), []

def decode():
    meeting.wait()
    found.append(decoded(document, Manifest))

def decode_together():
    threads = [threading.Thread(target=decode) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return len(found)

for _ in range(8):
    child = os.fork()  # a process that has never decoded this kind
    if not child:
        os._exit(decode_together())
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status))
"""
"""With msgspec's own decode, a child ends by SIGSEGV more often than not."""


def test_threads_may_decode_a_kind_for_the_first_time_together() -> None:
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "8\n" * 8), done.stderr
