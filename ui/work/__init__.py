"""Work that takes a while: networks, exact optima, curves, races and checks, each a Task, one display."""
