"""Prints the progress of scripts: a line for each step, and a progress bar."""

import sys


def step(text):
    """Prints the name of the next step."""
    print(f"==> {text}", flush=True)


class Bar:
    """A progress bar: one redrawn line on a terminal, otherwise a line for each 10 %."""

    WIDTH = 30

    def __init__(self, label, total):
        self.label, self.total, self.done = label, total, 0
        self.redraws = sys.stdout.isatty()
        self.tenths_shown = 0

    def __enter__(self):
        if self.redraws:
            self._draw()
        return self

    def advance(self, count):
        self.done += count
        if self.redraws:
            self._draw()
            return
        tenths = 10 * self.done // max(self.total, 1)
        if tenths > self.tenths_shown:
            self.tenths_shown = tenths
            print(f"{self.label}: {self.done:,} of {self.total:,} ({tenths * 10} %)", flush=True)

    def _draw(self):
        filled = self.WIDTH * self.done // max(self.total, 1)
        bar = "#" * filled + "." * (self.WIDTH - filled)
        print(f"\r{self.label:<12} [{bar}] {self.done:,} of {self.total:,}", end="", flush=True)

    def __exit__(self, *_):
        if self.redraws:
            print(flush=True)
