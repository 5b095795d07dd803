"""Builds every package twice, in folders with different names, and compares them; `make build-twice` calls it.

The same commit must give the same packages, so that a second plan finds no change and anyone can verify that the deployed
code is the built code. Takes two full builds. Packages that differ stay in .run-build-twice.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / ".run-build-twice"
FOLDERS = ("first", "a-second-one")  # of different length, so that a path inside a binary shows
EXCLUDED = shutil.ignore_patterns("target", ".tools", ".run", ".run-*", ".git", ".terraform")


def built(folder, options):
    """Builds in a copy of the project; returns the digest of each package. Deletes the copy except for the packages."""
    shutil.copytree(ROOT, folder / "project", ignore=EXCLUDED, symlinks=True)
    (folder / "project" / ".tools").symlink_to(ROOT / ".tools")
    if subprocess.run(["make", "build", *options], cwd=folder / "project").returncode:
        sys.exit(f"the build in {folder.relative_to(ROOT)} failed; see the output above")
    digests = {}
    for package in sorted((folder / "project" / "target" / "lambda").glob("*/bootstrap.zip")):
        name = package.parent.name
        digests[name] = hashlib.sha256(package.read_bytes()).hexdigest()
        shutil.move(package, folder / f"{name}.zip")
    shutil.rmtree(folder / "project")
    return digests


def main(options):
    shutil.rmtree(PLACE, ignore_errors=True)
    first, second = (built(PLACE / name, options) for name in FOLDERS)
    if not first:
        sys.exit("the build created no package in target/lambda")
    names = sorted({*first, *second})
    for name in names:
        same = first.get(name) == second.get(name)
        print(
            f"{'same   ' if same else 'DIFFERS'} {name} {first.get(name, 'missing')}"
            + ("" if same else f" {second.get(name, 'missing')}")
        )
    if first != second:
        sys.exit(f"the two builds differ; the packages are in {PLACE.relative_to(ROOT)}")
    shutil.rmtree(PLACE)
    print(f"{len(names)} packages are the same in both builds")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
