"""How fast the core is, measured side by side with what else could train the same networks.

`python -m benchmarks --help` tells what it measures. Every comparison runs in one process, in turns, and
is quoted as a ratio to this core, since seconds say more about the machine than about the program.
"""

import os

# Before NumPy is imported, as in the dashboard: on a busy machine the threads of a matrix product wait for
# each other, and at these sizes a second one gained little on a calmer one.
for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_threads, "1")
