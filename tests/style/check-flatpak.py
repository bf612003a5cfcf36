#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""flatpak-builder reads the manifest without a warning (it exits 0 also for keys that it does not know)."""

import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    # It leaves a folder where it is started.
    result = subprocess.run([sys.argv[1], "--show-manifest", sys.argv[2]], cwd=folder, capture_output=True,
                            text=True, check=False)
print(result.stderr or "the manifest is good")
sys.exit(1 if result.returncode != 0 or result.stderr.strip() else 0)
