"""Times `next after` of dateutil: one JSON question a line, the answer and nanoseconds a call."""

import datetime
import json
import sys
import time

from dateutil import rrule

# A call takes microseconds to a tenth of a second; a slice of about this length is timed.
SLICE_NS = 20_000_000

for line in sys.stdin:
    question = json.loads(line)
    start, moment = (datetime.datetime.fromisoformat(question[key]) for key in ("start", "moment"))
    rule = rrule.rrulestr(question["rule"], dtstart=start)
    calls, begun = 0, time.perf_counter_ns()
    while (spent := time.perf_counter_ns() - begun) < SLICE_NS or not calls:
        found = rule.after(moment)
        calls += 1
    answer = found and found.isoformat()
    print(json.dumps({"next": answer, "ns": spent / calls}), flush=True)
