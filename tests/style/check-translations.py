#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every text that people see is translated: the sources are read as `ninja flowscope-pot` does and compared."""

import subprocess
import sys
import tempfile
from pathlib import Path

XGETTEXT = ["xgettext", "--from-code=UTF-8", "--files-from=po/POTFILES", "--keyword=_", "--keyword=N_",
            "--keyword=C_:1c,2", "--keyword=NC_:1c,2", "--keyword=g_dngettext:2,3", "--flag=N_:1:pass-c-format",
            "--flag=C_:2:pass-c-format", "--flag=g_dngettext:2:pass-c-format", "--package-name=flowscope"]


def main():
    root = Path(sys.argv[1])
    languages = [line for line in (root / "po/LINGUAS").read_text().split() if not line.startswith("#")]
    with tempfile.TemporaryDirectory() as folder:
        template = f"{folder}/flowscope.pot"
        subprocess.run(XGETTEXT + ["-o", template], cwd=root, check=True)
        for language in languages:
            catalog = root / f"po/{language}.po"
            # msgfmt checks formats and headers, msgcmp that nothing is missing, fuzzy or empty.
            subprocess.run(["msgfmt", "--check", "--statistics", "-o", "/dev/null", catalog], check=True)
            subprocess.run(["msgcmp", catalog, template], check=True)
    print(f"complete: {' '.join(languages)}")


main()
