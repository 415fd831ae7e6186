"""Says which lines of files that no formatter measures are longer than 120 columns: comments, strings and prose."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 120
KINDS = ("*.swift", "*.c", "*.h", "*.py", "*.pyi", "*.md", "*.f90", "*.sh", "Makefile")


def is_free(name, line):
    """A table's row and a link cannot be broken."""
    return name.endswith(".md") and (line.startswith("|") or "](" in line or "://" in line)


def main():
    names = subprocess.run(["git", "ls-files", *KINDS], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = 0
    for name in names.split():
        fenced = False
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            fenced ^= name.endswith(".md") and line.lstrip().startswith("```")
            if len(line) > COLUMNS and not fenced and not is_free(name, line):
                print(f"{name}:{number}: {len(line)} columns")
                found += 1
    if found:
        sys.exit(f"{found} lines are longer than {COLUMNS} columns")


if __name__ == "__main__":
    main()
