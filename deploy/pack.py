"""Writes packages anew so that the same binary gives the same bytes: what `make build` calls at its end.

    pack.py target/lambda/*/bootstrap.zip

A zip has times in it, and what else the system says of a file. Here the one file, `bootstrap`, has a fixed time and
may be executed, and nothing else is said of it.
"""

import os
import pathlib
import stat
import sys
import zipfile


def pack(binary, target):
    """A function's package: one file, `bootstrap`."""
    entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix, wherever this runs
    entry.external_attr = (stat.S_IFREG | 0o755) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(entry, binary, compresslevel=9)


def main(paths):
    for path in map(pathlib.Path, paths):
        with zipfile.ZipFile(path) as package:
            binary = package.read("bootstrap")
        # A package that is half written must not be found under this name.
        fresh = path.with_suffix(".new")
        pack(binary, fresh)
        os.replace(fresh, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
