"""What dateutil and zoneinfo say of a rule: one JSON question a line, one JSON answer a line."""

import calendar
import datetime
import itertools
import json
import sys
import types
import zoneinfo

from dateutil import rrule

UTC = datetime.timezone.utc
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
# A gap makes one instant out of two times; so many more than wanted are asked for.
MORE = 20

# Time zones come from the package tzdata and never from the machine.
zoneinfo.reset_tzpath(to=[])

# dateutil searches for the next occurrence up to this year; ours may be nearer.
rrule.datetime = types.SimpleNamespace(**vars(datetime))


class Weeks(rrule._iterinfo):
    """dateutil's masks with the weeks of a year numbered anew: it errs where years meet."""

    def rebuild(self, year, month):
        is_new = year != self.lastyear
        super().rebuild(year, month)
        if is_new and self.rrule._byweekno:
            asked, wkst = set(self.rrule._byweekno), self.rrule._wkst
            self.wnomask = [False] * (self.yearlen + 7)
            zeroth = datetime.date(year, 1, 1)
            for place in range(-((zeroth.weekday() - wkst) % 7), self.yearlen, 7):
                if asked & week_numbers(zeroth + datetime.timedelta(place), wkst):
                    for day in range(max(place, 0), min(place + 7, self.yearlen)):
                        self.wnomask[day] = True


def week_numbers(first_day, wkst):
    """The number of a week from both ends of the year that most of it lies in."""
    year = (first_day + datetime.timedelta(3)).year

    def week_one(year):
        fourth = datetime.date(year, 1, 4)
        return fourth - datetime.timedelta((fourth.weekday() - wkst) % 7)

    from_start = (first_day - week_one(year)).days // 7 + 1
    from_end = (first_day - week_one(year + 1)).days // 7
    return {from_start, from_end}


AS_IT_IS = rrule._iterinfo


def text(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S") if moment else None


def instant(local, zone):
    """Fold 0: the first of two; a time in a gap moves forward by the gap."""
    return local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def on_the_wall(question, start, last):
    """The occurrences, and a function that gives the first after a moment."""
    rule, after = question["rule"], None
    if not question["as_it_is"] and "FREQ=WEEKLY" in rule and "BYSETPOS" in rule:
        found = from_a_whole_week(rule, start)
    else:
        found = rrule.rrulestr(rule, dtstart=start, cache=True)
        after = found.after
    seen = itertools.takewhile(lambda at: at <= last, found)
    seen = list(itertools.islice(seen, MORE + question["depth"]))
    return seen, after or first_after(seen)


def from_a_whole_week(rule, start):
    """dateutil's first week begins with DTSTART, and BYSETPOS counts from there; so it is given the
    first day of that week, and what is before the real start is left out."""
    parts = dict(part.split("=") for part in rule.split(";"))
    count = parts.pop("COUNT", None)
    parts.setdefault("BYDAY", WEEKDAYS[start.weekday()])
    back = (start.weekday() - WEEKDAYS.index(parts.get("WKST", "MO"))) % 7
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    found = rrule.rrulestr(rule, dtstart=start - datetime.timedelta(back))
    return itertools.islice((at for at in found if at >= start), count and int(count))


def first_after(seen):
    return lambda moment: next((at for at in seen if at > moment), None)


def elapsed(question, start, last, zone):
    """Steps of the same length from the start; the parts of the rule look at the clock on the wall."""
    parts = dict(part.split("=") for part in question["rule"].split(";"))
    seconds = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}[parts["FREQ"]]
    step = datetime.timedelta(seconds=seconds * int(parts["INTERVAL"]))
    asked = {name: value.split(",") for name, value in parts.items() if name.startswith("BY")}
    until = parts.get("UNTIL")
    until = until and instant(datetime.datetime.strptime(until, "%Y%m%dT%H%M%S"), zone)
    left = int(parts.get("COUNT", 1 << 60))
    at = instant(start, zone)
    while left and (until is None or at <= until):
        local = at.replace(tzinfo=UTC).astimezone(zone)
        if local.replace(tzinfo=None) > last:
            break
        month_length = calendar.monthrange(local.year, local.month)[1]
        shown = {
            "BYMONTH": [local.month],
            "BYMONTHDAY": [local.day, local.day - month_length - 1],
            "BYDAY": [WEEKDAYS[local.weekday()]],
            "BYHOUR": [local.hour],
            "BYMINUTE": [local.minute],
            "BYSECOND": [local.second],
        }
        if all(any(str(have) in values for have in shown[name]) for name, values in asked.items()):
            yield at
            left -= 1
        at += step


def in_zone(question, start, last):
    """As instants, ascending, none twice, up to an end in UTC."""
    zone = zoneinfo.ZoneInfo(question["zone"])
    until = question["until"] and datetime.datetime.fromisoformat(question["until"])
    if question["rule"].startswith(("FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY")):
        seen = itertools.islice(elapsed(question, start, last, zone), MORE + question["depth"])
    else:
        seen = {instant(local, zone) for local in on_the_wall(question, start, last)[0]}
    seen = [at for at in sorted(seen) if until is None or at <= until]
    return seen, first_after(seen)


def answer(question):
    start, last = (datetime.datetime.fromisoformat(question[key]) for key in ("start", "last"))
    rrule.datetime.MAXYEAR = last.year
    rrule._iterinfo = AS_IT_IS if question["as_it_is"] else Weeks
    try:
        ask = in_zone if question["zone"] else on_the_wall
        seen, after = ask(question, start, last)
    except ValueError as error:
        # Parts that can never meet make a rule that never happens.
        if "empty set" in str(error) or "Invalid combination" in str(error):
            return {"occurrences": [], "after": []}
        return {"error": str(error)}
    seen = seen[: question["depth"]]
    answers = []
    for share in question["shares"] if seen else []:
        moment = (seen[0] + (seen[-1] - seen[0]) * share).replace(microsecond=0)
        found = after(moment)
        is_compared = found and (question["zone"] or found <= last)
        answers.append([text(moment), text(found if is_compared else None)])
    return {"occurrences": [text(at) for at in seen], "after": answers}


def main():
    import tzdata

    print(json.dumps({"tzdata": tzdata.IANA_VERSION}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


main()
