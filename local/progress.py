"""Prints the progress of scripts: a line for each step."""


def step(text):
    """Prints the name of the next step."""
    print(f"==> {text}", flush=True)
