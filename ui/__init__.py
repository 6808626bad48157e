"""All that knows Streamlit, Altair or pandas: settings panel, cached training, tables, charts.

Importing it, before NumPy, keeps the matrix products on one thread each: a second one gains nothing at
these sizes, and where several sessions train at once the threads spend their time waiting for each other.
"""

import os

for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_threads, "1")
