"""Runs targets of the Makefile one after the other, and prints the outcome and the duration of each.

A target that prints a line that begins with `skipped: ` was skipped, entirely or in part. With STRICT=1 in the environment,
as in CI, this is a failure. The first failure ends the run.
"""

import os
import subprocess
import sys
import time

MARK = "skipped: "
STRICT = os.environ.get("STRICT", "") not in ("", "0")


def run(stage):
    """Runs one target and prints its output; returns its exit code and the reasons of its skipped lines."""
    command = [os.environ.get("MAKE", "make"), "--no-print-directory", stage]
    # Python scripts would otherwise buffer their output when they write to a pipe.
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    skipped: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True, errors="replace") as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if line.startswith(MARK):
                skipped.append(line[len(MARK) :].strip())
    return process.returncode, skipped


def duration(seconds):
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def show(rows):
    """Prints the table of stages, durations and outcomes."""
    width = max(len(stage) for stage, _, _ in rows)
    print("\n==> stages")
    for stage, seconds, ended in rows:
        print(f"  {stage:<{width}}  {'' if seconds is None else duration(seconds):>12}  {ended}")
    print(f"  {'together':<{width}}  {duration(sum(seconds or 0 for _, seconds, _ in rows)):>12}", flush=True)
    partly = sum(ended.startswith(MARK) for _, _, ended in rows)
    if partly:
        print(f"  {partly} of {len(rows)} stages skipped checks; with STRICT=1 this is a failure", flush=True)


def main(stages):
    rows: list[tuple[str, float | None, str]] = []
    code = 0
    try:
        for stage in stages:
            if code:
                rows.append((stage, None, "not run"))
                continue
            began = time.monotonic()
            code, skipped = run(stage)
            if skipped and STRICT:
                code = code or 1
            ended = "; ".join(["FAILED"] * bool(code) + [MARK + reason for reason in skipped]) or "passed"
            rows.append((stage, time.monotonic() - began, ended))
    except KeyboardInterrupt:
        code = 130
    if rows:
        show(rows)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
