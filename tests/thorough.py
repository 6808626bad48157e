"""Whether tests try all that there is, THOROUGH=true pytest; else, as in CI, always the same part of it."""

import os

THOROUGH = os.environ.get("THOROUGH") == "true"
