"""tanh beside its slope: the hidden layers' activation, forward and backward."""

import numpy as np


def tanh(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """A = tanh(Z), of any shape, into `out` where it is given; that may be Z itself."""
    A: np.ndarray = np.tanh(Z, out=out)
    return A


def slope(A: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """∂a/∂z = 1 − A² where A = tanh(Z), into `out` where it is given; that may be A itself.

    From A and not from Z: the forward pass has left A behind, so the backward pass needs no tanh.
    """
    squared = np.multiply(A, A, out=out)
    left: np.ndarray = np.subtract(1, squared, out=squared)
    return left
