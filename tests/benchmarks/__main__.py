"""``python -m tests.benchmarks [NAME …]``: measure, and say what was reached and what was missed.

MINSHENG_TEST_POSTGRES names a PostgreSQL on this machine to be measured too.
"""

import sys
from collections.abc import Callable, Mapping

from tests.benchmarks import calls, create, lists, mail, near, start, suggest, updates

BENCHMARKS: Mapping[str, Callable[[], None]] = {
    "create": create.run,
    "lists": lists.run,
    "suggest": suggest.run,
    "near": near.run,
    "start": start.run,
    "calls": calls.run,
    "mail": mail.run,
    "updates": updates.run,
}


def main(names: list[str]) -> None:
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
