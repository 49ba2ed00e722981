"""Machine code by numba (extra ``fast``): what the compiled kernels share. Only they import this module, lazily.

numba keeps machine code beside the module of the function that Python calls, or in the user's cache where that folder
cannot be written, and notices changes of that one file only: after a change here, change the kernels' files, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

_Function = TypeVar("_Function", bound=Callable[..., object])
_LN2, _ROOT2 = 0.6931471805599453, 1.4142135623730951
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # their sum is ln 2
_MANTISSA, _ONE, _BIAS = 0x000FFFFFFFFFFFFF, 0x3FF0000000000000, 1023  # of a 64-bit number


def compiled(function: _Function) -> _Function:
    """The function as machine code; errors of floating point give infinities, as in numpy."""
    return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: _Function) -> _Function:
    """Machine code that becomes a part of its callers; Python cannot call it, which saves a third of the compiling."""
    bare: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(_Function, numba.njit(error_model="numpy", forceinline=True, **bare)(function))


@inlined
def logarithm(number: float) -> float:
    """Natural logarithm of a normal positive number, to rounding; unlike the library's it lets loops vectorise.

    ln(2^e m) = e ln 2 + 2 artanh z with z = (m - 1)/(m + 1), |z| < 0.172, by its series up to z^19.

    Parameters
    ----------
    number : above 2.3e-308, dimensionless [scalar]
    """
    bits = np.float64(number).view(np.int64)
    exponent = (bits >> 52) - _BIAS
    mantissa = np.int64((bits & _MANTISSA) | _ONE).view(np.float64)
    high = mantissa > _ROOT2
    mantissa = 0.5 * mantissa if high else mantissa
    exponent = exponent + 1 if high else exponent
    z = (mantissa - 1.0) / (mantissa + 1.0)
    w = z * z
    square = w * w
    low = (1.0 + w * (1.0 / 3.0)) + square * (1.0 / 5.0 + w * (1.0 / 7.0))
    middle = (1.0 / 9.0 + w * (1.0 / 11.0)) + square * (1.0 / 13.0 + w * (1.0 / 15.0))
    total = low + square * square * (middle + square * square * (1.0 / 17.0 + w * (1.0 / 19.0)))
    return exponent * _LN2 + 2.0 * z * total


@inlined
def exponential(number: float) -> float:
    """exp of a number between -700 and 700, to rounding; unlike the library's it lets loops vectorise.

    2^k exp(r) with k the nearest whole number to x/ln 2, |r| < 0.347, by the power series up to r^13.

    Returns
    -------
    dimensionless [scalar].
    """
    whole = np.floor(number * (1.0 / _LN2) + 0.5)
    r = (number - whole * _LN2_HIGH) - whole * _LN2_LOW
    total = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
    total = 1.0 / 39916800.0 + r * total
    total = 1.0 / 3628800.0 + r * total
    total = 1.0 / 362880.0 + r * total
    total = 1.0 / 40320.0 + r * total
    total = 1.0 / 5040.0 + r * total
    total = 1.0 / 720.0 + r * total
    total = 1.0 / 120.0 + r * total
    total = 1.0 / 24.0 + r * total
    total = 1.0 / 6.0 + r * total
    total = 1.0 + r * (1.0 + r * (0.5 + r * total))
    power = np.int64((np.int64(whole) + _BIAS) << 52).view(np.float64)
    return float(total * power)
