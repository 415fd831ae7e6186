#!/bin/bash
# Makes .venv, in which `import wingbeat` finds this checkout: its python/ folder goes onto the module path, so that an
# edit shows at once and nothing is copied. Debian's own Python is preferred, since libpython3-dev (for the test that
# embeds Python) belongs to it.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-}
if [[ -z $python ]]; then
    for python in /usr/bin/python3 "$(command -v python3 || true)" ""; do
        [[ -x $python ]] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' && break
    done
fi
if [[ -z $python ]]; then
    echo "Wingbeat needs Python 3.9 or later, and no python3 was found."
    exit 1
fi
"$python" -c 'import ensurepip, venv' 2>/dev/null || scripts/system-packages.sh python3-venv

[[ -x .venv/bin/python ]] || "$python" -m venv .venv
.venv/bin/python - "$PWD/python" <<'PYTHON'
import sys
import sysconfig
from pathlib import Path
Path(sysconfig.get_path("purelib"), "wingbeat-checkout.pth").write_text(sys.argv[1] + "\n", encoding="utf-8")
PYTHON
.venv/bin/python -m pip install --quiet --disable-pip-version-check numpy
