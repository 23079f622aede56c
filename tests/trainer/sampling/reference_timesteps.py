"""Samplers in the scale they were published in, where picture and noise have a summed variance of 1 (alpha, sigma).

As `reference_rules`, but x begins and ends in that scale: x = sqrt(abar) * clean + sqrt(1 - abar) * noise.
"""

import math

import numpy as np

from tests.trainer.sampling.reference_rules import EXACT


def abar(s):
    return [1 / (1 + sigma**2) for sigma in s]


def ddim(look, x, s, noise, eta):
    """Song et al. 2020a, eq. 12 and 16."""
    return _ddim(lambda x, sigma: (look(x, sigma),) * 2, x, s, noise, eta)


def ddim_cfgpp(look, x, s, noise, eta):
    """Chung et al. 2024, algorithm 1: the noise is the one seen without the prompt."""
    return _ddim(look, x, s, noise, eta)


def _ddim(look_twice, x, s, noise, eta):
    for a, b, sigma in zip(abar(s), abar(s)[1:], s, strict=False):
        clean, clean_for_noise = look_twice(x / math.sqrt(a), sigma)
        epsilon = (x - math.sqrt(a) * clean_for_noise) / math.sqrt(1 - a)
        fresh = eta * math.sqrt((1 - b) / (1 - a) * (1 - a / b))
        x = math.sqrt(b) * clean + math.sqrt(1 - b - fresh**2) * epsilon
        if fresh:
            x = x + fresh * noise()
    return x


def plms(look, x, s, noise, eta):
    """Liu et al. 2022: transfer (eq. 11) along a gradient of order 2 to 4 (eq. 12)."""

    def seen(x, a, sigma):
        return (x - math.sqrt(a) * look(x / math.sqrt(a), sigma)) / math.sqrt(1 - a)

    def transfer(x, a, b, e):
        return math.sqrt(b) * (x - math.sqrt(1 - a) * e) / math.sqrt(a) + math.sqrt(1 - b) * e

    past = []
    for i in range(len(s) - 1):
        a, b = abar(s)[i : i + 2]
        past.append(seen(x, a, s[i]))
        if i == 0:
            e = (past[0] + seen(transfer(x, a, b, past[0]), b, s[1])) / 2
        else:
            weights = {1: [3, -1], 2: [23, -16, 5]}.get(i, [55, -59, 37, -9])
            e = sum(w * old for w, old in zip(weights, reversed(past), strict=False)) / sum(weights)
        x = transfer(x, a, b, e)
    return x


def unipc(look, x, s, noise, eta):
    """Zhao et al. 2023, algorithms 5 and 6 with data prediction and B(h) = h, order 3."""
    alphas = [math.sqrt(a) for a in abar(s)]
    sigmas = [math.sqrt(1 - a) for a in abar(s)]
    lambdas = [math.log(a / v) for a, v in zip(alphas, sigmas, strict=True)]
    last = len(s) - 1
    seen = [look(x / alphas[0], s[0])]
    for i in range(1, last + 1):
        order = min(3, i, last + 1 - i)
        h = lambdas[i] - lambdas[i - 1]
        r = [(lambdas[i - 1 - k] - lambdas[i - 1]) / h for k in range(1, order)]
        d = [(seen[i - 1 - k] - seen[i - 1]) / r[k - 1] for k in range(1, order)]
        base = sigmas[i] / sigmas[i - 1] * x - alphas[i] * math.expm1(-h) * seen[i - 1]
        weights = [0.5] if order == 2 else solved(r, h)
        x = base - alphas[i] * -h * sum((w * diff for w, diff in zip(weights, d, strict=True)), np.zeros_like(x))
        if i == last:
            return x
        seen.append(look(x / alphas[i], s[i]))
        weights = [0.5] if order == 1 else solved([*r, 1.0], h)
        d = [*d, seen[i] - seen[i - 1]]
        x = base - alphas[i] * -h * sum(w * diff for w, diff in zip(weights, d, strict=True))
    return x


def solved(r, h):
    """R a = b with b_k = k! (-h) phi_(k+1)(-h) / B(-h), where phi_(k+1)(z) is the integral of e^((1-u)z) u^k / k!."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    u = (nodes + 1) / 2
    size = len(r)
    b = [
        math.factorial(k) * -h * float(np.sum(weights / 2 * np.exp(-h * (1 - u)) * u**k / math.factorial(k))) / -h
        for k in range(1, size + 1)
    ]
    return np.linalg.solve(np.array([[ratio**k for ratio in r] for k in range(size)]), b) if size else []


VARIANCE_PRESERVING = {"DDIM": ddim, "DDIM CFG++": ddim_cfgpp, "PLMS": plms, "UniPC": unipc}
REFERENCES = {**EXACT, **VARIANCE_PRESERVING}
