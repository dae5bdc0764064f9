"""Run the benchmarks named on the command line (all without a name) and print their tables."""

import os
import sys
from collections.abc import Callable

from tests.bench import alerts, beside_chromium, drawing, latency, memory, presenting, records, rehearsal, spread, video

BENCHES: dict[str, Callable[[], None]] = {
    "drawing": drawing.run,
    "presenting": presenting.run,
    "video": video.run,
    "memory": memory.run,
    "beside-chromium": beside_chromium.run,
    "spread": spread.run,
    "latency": latency.run,
    "alerts": alerts.run,
    "records": records.run,
    "rehearsal": rehearsal.run,
}


def main() -> int:
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join(BENCHES)}")
        return 2
    for name in names:
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
