"""Run as a program: reads the file given to its end, and prints what that took of memory and of the
processor, how many records there were, and any refusal.

Its own process, because memory that a test runner once had stays with it.
"""

import json
import sys
import time
from pathlib import Path


def peak() -> int:
    """The most memory that this process has had so far, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the system does not say how much memory a process has had")


def main(path: str, records_at: str = "") -> None:
    """Guess, look at samples, read everything; of JSON the records at a path."""
    from tracker.exchange.tables import Options, TableError, open_table, samples

    base, begun = peak(), time.process_time()
    records, refusal = 0, ""
    try:
        table = open_table(Path(path), Options(records=records_at))
        samples(table)
        for _record in table:
            records += 1
    except TableError as error:
        refusal = str(error)
    print(json.dumps({"memory": peak() - base, "seconds": time.process_time() - begun, "records": records, "refusal": refusal}))


if __name__ == "__main__":
    main(*sys.argv[1:])
