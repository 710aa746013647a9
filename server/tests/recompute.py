#!/usr/bin/env python3
"""Recomputes a report from an export alone.

Usage: recompute.py EXPORT.jsonl FROM TO [--now] > report.json

Written apart from the server, from docs/log-format.md only, with nothing but Python's standard
library: what it prints must equal `yobidashi report --from FROM --to TO --format json`, figure by
figure, as long as the range is at most 366 days.
"""

import json
import sys

LANGUAGES_OF_JAPANESE = {"ja", "ja-easy"}


class Ticket:
    """One ticket as a list of periods: (kind, queue, from_ms, to_ms or None)."""

    def __init__(self, queue, language, at):
        self.state = "waiting"
        self.queue = queue
        self.language = language
        self.periods = [["waiting", queue, at, None]]
        self.procedures = []
        self.accurate = True

    def copy_life(self):
        return (self.state, self.queue, [list(p) for p in self.periods], list(self.procedures))

    def restore_life(self, life):
        self.state, self.queue, self.periods, self.procedures = life

    def end(self, at):
        self.periods[-1][3] = at

    def begin(self, kind, at):
        self.end(at)
        self.periods.append([kind, self.queue, at, None])

    def waits(self):
        pairs = zip(self.periods, self.periods[1:])
        return [(p[1], p[3] - p[2]) for p, q in pairs if p[0] == "waiting" and q[0] == "called"]

    def total(self, *kinds):
        return sum(p[3] - p[2] for p in self.periods if p[0] in kinds)

    def stay(self):
        return self.periods[-1][3] - self.periods[0][2]


class Day:
    """The figures of one business day."""

    def __init__(self, date):
        self.date = date
        self.tickets = {}
        self.steps = {}
        self.transferred = 0
        self.guidance = 0
        self.cases = {}

    def case(self, code, count=1):
        self.cases[code] = self.cases.get(code, 0) + count

    # What an event does to its ticket; the life before it is kept for an undo.

    def step(self, event, change):
        ticket = self.tickets[event["ticket"]]
        self.steps[event["counter"]] = (event["ticket"], ticket.copy_life())
        change(ticket)

    def on_ticket_issued(self, event, at):
        issued = event["issued_at_ms"]
        self.tickets[event["ticket"]] = Ticket(event["queue"], event["language"], issued)

    def on_ticket_called(self, event, at):
        def change(ticket):
            ticket.state = "called"
            ticket.begin("called", at)
        self.step(event, change)

    def on_service_started(self, event, at):
        def change(ticket):
            ticket.state = "serving"
            ticket.begin("serving", at)
        self.step(event, change)

    on_ticket_resumed = on_service_started

    def back_to_line(self, event, at):
        def change(ticket):
            ticket.state = "waiting"
            ticket.begin("waiting", at)
        self.step(event, change)

    on_label_mismatched = back_to_line
    on_ticket_returned = back_to_line

    def on_service_ended(self, event, at):
        self.step(event, lambda ticket: ticket.begin("after_counter", at))

    def on_service_completed(self, event, at):
        def change(ticket):
            ticket.state = "completed"
            ticket.procedures = event["procedures"]
            ticket.end(at)
        self.step(event, change)

    def on_ticket_no_show(self, event, at):
        def change(ticket):
            ticket.state = "no_show"
            ticket.end(at)
        self.step(event, change)

    def on_ticket_held(self, event, at):
        def change(ticket):
            ticket.state = "on_hold"
            ticket.begin("on_hold", at)
        self.step(event, change)

    def on_ticket_transferred(self, event, at):
        def change(ticket):
            ticket.state = "waiting"
            ticket.queue = event["to"]
            ticket.begin("waiting", at)
        self.step(event, change)
        self.transferred += 1

    def on_step_undone(self, event, at):
        number, life = self.steps.pop(event["counter"])
        assert number == event["ticket"], "an undo concerns the counter's last step"
        self.tickets[number].restore_life(life)
        if event["step"] == "transfer":
            self.transferred -= 1

    def on_ticket_cancelled(self, event, at):
        ticket = self.tickets[event["ticket"]]
        ticket.state = "cancelled"
        ticket.end(at)

    def on_times_doubted(self, event, at):
        self.tickets[event["ticket"]].accurate = False

    def on_guidance_recorded(self, event, at):
        self.guidance += 1

    def on_tag_returned(self, event, at):
        for code in event["procedures"]:
            self.case(code)


def follow(lines):
    """Yields ('setup', seq, figures), ('day', seq, day) and at the end ('open', seq, day or None)."""
    day = None
    batches = {}
    seq = 0
    for line in lines:
        record = json.loads(line)
        event, at = record["event"], record["at_ms"]
        assert record["seq"] == seq + 1 or seq == 0, "records follow each other without gaps"
        seq = record["seq"]
        kind = event["kind"]
        if kind == "setup_adopted":
            yield "setup", seq, event["figures"]
        elif kind == "day_opened":
            day = Day(event["date"])
        elif kind == "day_closed":
            yield "day", seq, day
            day = None
        elif kind == "batch_received":
            batches[event["batch"]] = (event["procedure"], event["count"])
        elif kind == "batch_delivered":
            procedure, count = batches.pop(event["batch"])
            day.case(procedure, count - event["returned"])
        else:
            handler = getattr(day, "on_" + kind, None)
            if handler:
                handler(event, at)
    yield "open", seq, day


def spread(values):
    values = sorted(values)
    count = len(values)

    def rank(percent):
        return values[(count * percent + 99) // 100 - 1] if count else None

    return {
        "count": count,
        "mean_ms": sum(values) // count if count else None,
        "median_ms": rank(50),
        "p90_ms": rank(90),
    }


def wait_limit_ms(figures, date):
    busy = int(date[5:7]) in figures["busy_months"]
    return figures["wait_limit_busy_min" if busy else "wait_limit_min"] * 60_000


class Sums:
    """Everything a report is made of."""

    def __init__(self):
        self.days = 0
        self.totals = dict.fromkeys(
            ["issued", "completed", "no_show", "cancelled", "transferred", "guidance", "inaccurate"],
            0,
        )
        self.cases = {}
        self.foreign = 0
        self.waits = {}
        self.wait_within = {}
        self.visits = {}
        self.within = {}

    def add(self, day, figures):
        self.days += 1
        procedures = {p["code"]: p for p in figures["procedures"]}
        self.totals["transferred"] += day.transferred
        self.totals["guidance"] += day.guidance
        for code, count in day.cases.items():
            self.cases[code] = self.cases.get(code, 0) + count
        limit = wait_limit_ms(figures, day.date)
        for ticket in day.tickets.values():
            self.totals["issued"] += 1
            if ticket.state in self.totals:
                self.totals[ticket.state] += 1
            if ticket.state == "completed":
                self.add_completed(ticket, procedures)
            if ticket.accurate:
                for queue, ms in ticket.waits():
                    self.waits.setdefault(queue, []).append(ms)
                    within = self.wait_within.get(queue, 0) + (ms <= limit)
                    self.wait_within[queue] = within

    def add_completed(self, ticket, procedures):
        for code in ticket.procedures:
            self.cases[code] = self.cases.get(code, 0) + 1
        row = procedures["2-2"]["row"] if "2-2" in procedures else None
        japanese = ticket.language in LANGUAGES_OF_JAPANESE
        self.foreign += row is not None and any(
            code == "2-2" or (not japanese and procedures[code]["row"] == row)
            for code in ticket.procedures
        )
        if not ticket.accurate:
            self.totals["inaccurate"] += 1
            return
        first = ticket.procedures[0]
        wait = ticket.total("waiting")
        handling = ticket.total("called", "serving", "after_counter", "on_hold")
        assert ticket.stay() == wait + handling
        self.visits.setdefault(first, []).append((handling, ticket.total("serving"), ticket.stay()))
        counted = [p for p in map(procedures.get, ticket.procedures) if p["sort"] != "sub_procedure"]
        target = sum(p["target_min"] or 0 for p in counted)
        within = target > 0 and handling <= target * 60_000
        self.within[first] = self.within.get(first, 0) + within


def rows(figures, sums, begun):
    result = []
    for first in figures["procedures"]:
        if any(row["row"] == first["row"] for row in result):
            continue
        members = [p for p in figures["procedures"] if p["row"] == first["row"]]
        codes = [p["code"] for p in members]
        if any(p["sort"] == "floor" for p in members):
            count = sums.totals["guidance"]
        elif "26" in codes:
            count = sums.totals["transferred"]
        elif any(code in begun for code in codes):
            count = sum(sums.cases.get(code, 0) for code in codes)
        else:
            count = None
        result.append({
            "row": first["row"],
            "name": first["name"],
            "count": count,
            "foreign_count": sums.foreign if "2-2" in codes else None,
        })
    return result


def procedure(sums, code, name, target):
    handling, service, stay = ([v[i] for v in sums.visits.get(code, [])] for i in range(3))
    return {
        "code": code,
        "name": name,
        "target_min": target,
        "count": sums.cases.get(code, 0),
        "handling": spread(handling),
        "within_count": sums.within.get(code, 0),
        "service": spread(service),
        "stay": spread(stay),
    }


def wait(sums, key, name, queues):
    return {
        "queue": key,
        "name": name,
        "wait": spread([ms for queue in queues for ms in sums.waits.get(queue, [])]),
        "within_count": sum(sums.wait_within.get(queue, 0) for queue in queues),
    }


def report(path, first, last, now):
    setups, begun, sums, report_seq = [], set(), Sums(), 0
    with open(path, encoding="utf-8") as lines:
        for kind, seq, value in follow(lines):
            if kind == "setup":
                setups.append((seq, value))
            elif kind == "day" or (value and now and first <= value.date <= last):
                figures = setups[-1][1]
                if value.date <= last:
                    report_seq = seq
                    whole = Sums()
                    whole.add(value, figures)
                    begun |= {code for code, count in whole.cases.items() if count > 0}
                if first <= value.date <= last:
                    sums.add(value, figures)
    known = [figures for seq, figures in setups if seq <= report_seq] or [setups[0][1]]
    figures = known[-1]
    codes = {p["code"] for p in figures["procedures"]}
    queues = {q["queue"] for q in figures["queues"]}
    everything = [v for visits in sums.visits.values() for v in visits]
    return {
        "from": first,
        "to": last,
        "days": sums.days,
        "seq": report_seq,
        "exact": True,
        "rows": rows(figures, sums, begun),
        "procedures": [
            procedure(sums, p["code"], f'{p["name"]} {p["variant"]}'.strip(), p["target_min"])
            for p in figures["procedures"]
        ] + [procedure(sums, c, c, None) for c in sorted(set(sums.cases) - codes)],
        "waits": [wait(sums, None, "全体", sorted(sums.waits))] + [
            wait(sums, q["queue"], q["name"], [q["queue"]]) for q in figures["queues"]
        ] + [wait(sums, q, q, [q]) for q in sorted(set(sums.waits) - queues)],
        "tickets": sums.totals,
        "stay": spread([v[2] for v in everything]),
        "service": spread([v[1] for v in everything]),
        "handling": spread([v[0] for v in everything]),
    }


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--now"]
    json.dump(report(*arguments, now="--now" in sys.argv), sys.stdout, ensure_ascii=False, indent=2)
