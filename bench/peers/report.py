"""The printed report: medians of the rounds, ratios and targets."""

import statistics

MEMORY = 1 / 5  # of the memory of the FastAPI program
# The least ratio of Bellwether's requests per second to those of another server.
TARGETS = (("fastapi", "new", 10.0), ("fastapi", "known", 15.0), ("unleash-edge", "known", 1.0))
ROWS = (
    ("requests/s", "rate", "{:.0f}"),
    ("CPU per request, µs", "cpu", "{:.0f}"),
    ("of its core, %", "busy", "{:.0%}"),
    ("CPU of the store, µs", "store", "{:.0f}"),
    ("response time, median, µs", "median", "{:.0f}"),
    ("response time, 99 %, µs", "slowest", "{:.0f}"),
)


def median(rounds, field):
    return statistics.median(getattr(figures, field) for figures in rounds)


def cell(rounds, field, form):
    """The median, and the least and the greatest value of the rounds."""
    if not rounds:
        return "not measured"
    values = [getattr(figures, field) for figures in rounds]
    return f"{form.format(statistics.median(values))} ({form.format(min(values))} to {form.format(max(values))})"


def table(names, measured, memory):
    """`measured` has the figures of each round by server and case, and `memory` the peak in MiB by server."""
    lines = [f"{'':<36}" + "".join(f"{name:>28}" for name in names)]
    for case in ("new", "known"):
        for title, field, form in ROWS:
            cells = (cell(measured.get((name, case), []), field, form) for name in names)
            lines.append(f"{case + ' account: ' + title:<36}" + "".join(f"{text:>28}" for text in cells))
    cells = (f"{memory[name]:.1f}" if name in memory else "not measured" for name in names)
    lines.append(f"{'peak memory, MiB':<36}" + "".join(f"{text:>28}" for text in cells))
    return "\n".join(lines)


def verdicts(measured, memory):
    """One line for each target: its ratios, and whether it is met or by how much the ratio falls short."""
    lines = []
    for other, case, least in TARGETS:
        own, others = measured["bellwether", case], measured.get((other, case))
        what = f"{case} account: at least {least:g} x the requests/s of {other}"
        if not others:
            lines.append(f"not measured: {what}")
            continue
        rate = median(own, "rate") / median(others, "rate")
        cpu = median(others, "cpu") / median(own, "cpu")
        lines.append(f"{verdict(rate / least)}: {what}: {rate:.2f} x (by CPU time per request {cpu:.2f} x)")
    share = memory["bellwether"] / memory["fastapi"]
    lines.append(f"{verdict(MEMORY / share)}: peak memory at most 1/5 of that of fastapi: 1/{1 / share:.1f}")
    return "\n".join(lines)


def verdict(reached):
    """`reached` is 1 if the ratio is exactly the target."""
    return "met" if reached >= 1 else f"falls short by {1 - reached:.0%}"
