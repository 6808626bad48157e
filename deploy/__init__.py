"""The dashboard for many visitors: a server with limits, nginx in front, and what a cluster needs."""
