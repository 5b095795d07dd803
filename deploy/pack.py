"""Rewrites packages so that the same binary gives the same bytes; `make build` calls it at its end.

    pack.py target/lambda/*/bootstrap.zip

A zip contains timestamps and other attributes of its files. Here, the only file, `bootstrap`, has a fixed timestamp and is
executable, and has no other attributes.
"""

import os
import pathlib
import stat
import sys
import zipfile


def pack(binary, target):
    """Writes a function's package, which contains one file, `bootstrap`."""
    entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix, on every system
    entry.external_attr = (stat.S_IFREG | 0o755) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(entry, binary, compresslevel=9)


def main(paths):
    for path in map(pathlib.Path, paths):
        with zipfile.ZipFile(path) as package:
            binary = package.read("bootstrap")
        # Replaces the package atomically, so that a partly written package never has this name.
        fresh = path.with_suffix(".new")
        pack(binary, fresh)
        os.replace(fresh, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
