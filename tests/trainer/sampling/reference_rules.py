"""Every sampler's update rule, written plainly from its paper in float64 NumPy, to hold the samplers against.

`look(x, sigma)` is the model's idea of the clean picture; `s` are the sigmas; `noise()` and `noise.between(a, b)` are
the same draws as the sampler under test gets.
"""

import math
from itertools import pairwise

import numpy as np
import torch


def ancestral(a, b, eta):
    """DDPM's posterior (Song et al. 2020a, eq. 16): standard deviation of the fresh noise, and what is left of b."""
    fresh = eta * math.sqrt(b**2 * (a**2 - b**2) / a**2)
    return math.sqrt(b**2 - fresh**2), fresh


def euler(look, x, s, noise, eta):
    for a, b in pairwise(s):
        x = x + (b - a) * (x - look(x, a)) / a
    return x


def euler_a(look, x, s, noise, eta):
    for a, b in pairwise(s):
        kept, fresh = ancestral(a, b, eta)
        clean = look(x, a)
        x = clean + (x - clean) * kept / a
        if fresh:
            x = x + fresh * noise()
    return x


def heun_step(look, x, a, b):
    d = (x - look(x, a)) / a
    x_next = x + (b - a) * d
    if b == 0:
        return x_next
    return x + (b - a) * (d / 2 + (x_next - look(x_next, b)) / b / 2)


def heun(look, x, s, noise, eta):
    """Karras et al. 2022, algorithm 1."""
    for a, b in pairwise(s):
        x = heun_step(look, x, a, b)
    return x


def midpoint_step(look, x, a, b):
    """Derivative halfway in log sigma."""
    d = (x - look(x, a)) / a
    if b == 0:
        return x - a * d
    mid = math.exp((math.log(a) + math.log(b)) / 2)
    x_mid = x + (mid - a) * d
    return x + (b - a) * (x_mid - look(x_mid, mid)) / mid


def dpm2(look, x, s, noise, eta):
    for a, b in pairwise(s):
        x = midpoint_step(look, x, a, b)
    return x


def dpm2_a(look, x, s, noise, eta):
    for a, b in pairwise(s):
        kept, fresh = ancestral(a, b, eta)
        x = midpoint_step(look, x, a, kept)
        if fresh:
            x = x + fresh * noise()
    return x


def dpmpp_2m(look, x, s, noise, eta):
    """Lu et al. 2022b, algorithm 2, with r = h_before / h and D = (1 + 1/2r) x0 - 1/2r x0_before."""
    before = h_before = None
    for a, b in pairwise(s):
        clean = look(x, a)
        if b == 0:
            return clean
        h = math.log(a) - math.log(b)
        best = clean
        if before is not None:
            r = h_before / h
            best = (1 + 1 / (2 * r)) * clean - 1 / (2 * r) * before
        x = b / a * x - (math.exp(-h) - 1) * best
        before, h_before = clean, h
    return x


def dpmpp_2s_a(look, x, s, noise, eta):
    """Lu et al. 2022b, algorithm 1, r = 1/2, from a to what is left of b; then fresh noise."""
    for a, b in pairwise(s):
        kept, fresh = ancestral(a, b, eta)
        clean = look(x, a)
        if kept == 0:
            x = clean
            continue
        h = math.log(a / kept)
        mid = math.exp(-(-math.log(a) + h / 2))
        u = mid / a * x - (math.exp(-h / 2) - 1) * clean
        x = kept / a * x - (math.exp(-h) - 1) * look(u, mid)
        x = x + fresh * noise()
    return x


def times_of_sde(a, b):
    """k-diffusion goes to lambda and back in float32, which moves the times of the Brownian path a little."""
    t, t_next = -torch.tensor([a, b]).log()
    return [float((-time).exp()) for time in (t, t + (t_next - t) * 0.5, t_next)]


def dpmpp_sde(look, x, s, noise, eta):
    """The same with noise on both halves: to the middle from x0 at a, to b from x0 at the middle."""
    for a, b in pairwise(s):
        clean = look(x, a)
        if b == 0:
            return clean
        a, mid, b = times_of_sde(a, b)
        kept, fresh = ancestral(a, mid, eta)
        u = kept / a * x - math.expm1(-math.log(a / kept)) * clean
        u = u + fresh * noise.between(a, mid)
        clean = look(u, mid)
        kept, fresh = ancestral(a, b, eta)
        x = kept / a * x - math.expm1(-math.log(a / kept)) * clean
        x = x + fresh * noise.between(a, b)
    return x


def sde_step(x, a, b, eta, correction, clean, noise):
    """Lu et al. 2022b, sec. 6: the linear part solved exactly, noise of variance b^2 (1 - e^(-2 eta h))."""
    h = math.log(a / b)
    x = b / a * math.exp(-eta * h) * x + (1 - math.exp(-(1 + eta) * h)) * clean + correction
    return x + b * math.sqrt(1 - math.exp(-2 * eta * h)) * noise.between(a, b)


def dpmpp_2m_sde(look, x, s, noise, eta, heun=False):
    before = h_before = None
    for a, b in pairwise(s):
        clean = look(x, a)
        if b == 0:
            return clean
        h = math.log(a / b)
        correction = 0
        if before is not None:
            share = integrated(lambda u: u, (1 + eta) * h) if heun else (1 - math.exp(-(1 + eta) * h)) / 2
            correction = share * (clean - before) / (h_before / h)
        x = sde_step(x, a, b, eta, correction, clean, noise)
        before, h_before = clean, h
    return x


def dpmpp_2m_sde_heun(look, x, s, noise, eta):
    return dpmpp_2m_sde(look, x, s, noise, eta, heun=True)


def dpmpp_3m_sde(look, x, s, noise, eta):
    """A parabola through the last three x0 over lambda, the square's part halved, as the sampler's author has it."""
    lambdas, cleans = [], []
    for a, b in pairwise(s):
        clean = look(x, a)
        if b == 0:
            return clean
        h = math.log(a / b)
        lambdas, cleans = [*lambdas[-2:], -math.log(a)], [*cleans[-2:], clean]
        u = (np.array(lambdas) - lambdas[-1]) / h  # 0 now, 1 at b
        powers = np.linalg.solve(np.vander(u, increasing=True), np.stack([c.ravel() for c in cleans]))
        correction = 0
        for power, coefficient in enumerate(powers[1:], 1):
            share = integrated(lambda u, power=power: u**power, (1 + eta) * h) / power
            correction = correction + share * coefficient.reshape(x.shape)
        x = sde_step(x, a, b, eta, correction, clean, noise)
    return x


def integrated(function, reach):
    """reach * integral from 0 to 1 of e^(-reach (1 - u)) f(u) du, by quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    u = (nodes + 1) / 2
    return reach * float(np.sum(weights / 2 * np.exp(-reach * (1 - u)) * function(u)))


def lms(look, x, s, noise, eta):
    """The polynomial through the last four derivatives, integrated over the step."""
    past, slopes = [], []
    for a, b in pairwise(s):
        past, slopes = [*past[-3:], a], [*slopes[-3:], (x - look(x, a)) / a]
        for place, slope in enumerate(slopes):
            others = [other for k, other in enumerate(past) if k != place]
            basis = np.poly1d(others, r=True) / math.prod(past[place] - other for other in others)
            area = np.polyint(np.poly1d(basis))
            x = x + (area(b) - area(a)) * slope
    return x


def dpm_solver(order, look, x, a, b):
    """Lu et al. 2022a, algorithms 1, 2 (r = 1/2) and 4 (r1 = 1/3, r2 = 2/3) for alpha = 1; and the order below 3."""

    def eps(x, t):
        return (x - look(x, math.exp(-t))) / math.exp(-t)

    t, h = -math.log(a), math.log(a / b)
    now = eps(x, t)
    if order == 1:
        return x - b * math.expm1(h) * now, None
    r1, r2 = (1 / 3, 2 / 3) if order == 3 else (1 / 2, None)
    s1 = math.exp(-(t + r1 * h))
    e1 = eps(x - s1 * math.expm1(r1 * h) * now, t + r1 * h)
    second = x - b * math.expm1(h) * now - b / (2 * r1) * math.expm1(h) * (e1 - now)
    if order == 2:
        return second, None
    s2 = math.exp(-(t + r2 * h))
    u2 = x - s2 * math.expm1(r2 * h) * now
    u2 = u2 - s2 * r2 / r1 * (math.expm1(r2 * h) / (r2 * h) - 1) * (e1 - now)
    e2 = eps(u2, t + r2 * h)
    return x - b * math.expm1(h) * now - b / r2 * (math.expm1(h) / h - 1) * (e2 - now), second


def split_above(a, b, last, eta):
    kept = max(ancestral(a, b, eta)[0], last)
    return kept, math.sqrt(max(b**2 - kept**2, 0))


def dpm_fast(look, x, s, noise, eta):
    """Lu et al. 2022a, sec. 3.4: orders 3, 3, ... and what makes the number of looks come out."""
    looks = len(s) - 1
    steps = looks // 3 + 1
    orders = {0: [3] * (steps - 2) + [2, 1], 1: [3] * (steps - 1) + [1], 2: [3] * (steps - 1) + [2]}[looks % 3]
    times = np.linspace(-math.log(s[0]), -math.log(s[-1]), len(orders) + 1)
    for order, t, t_next in zip(orders, times[:-1], times[1:], strict=True):
        a, b = math.exp(-t), math.exp(-t_next)
        kept, fresh = split_above(a, b, s[-1], eta)
        x, _ = dpm_solver(order, look, x, a, kept)
        if fresh:
            x = x + fresh * noise()
    return x


def dpm_adaptive(look, x, s, noise, eta):
    """Lu et al. 2022a, algorithm 3 with rtol 0.05, atol 0.0078, h 0.05, and a limited factor for the next step."""
    t, t_end, h, before = -math.log(s[0]), -math.log(s[-1]), 0.05, x
    while t < t_end - 1e-5:
        t_next = min(t_end, t + h)
        a, b = math.exp(-t), math.exp(-t_next)
        kept, fresh = split_above(a, b, s[-1], eta)
        third, second = dpm_solver(3, look, x, a, kept)
        delta = np.maximum(0.0078, 0.05 * np.maximum(abs(second), abs(before)))
        error = np.sqrt(np.mean(((second - third) / delta) ** 2))
        factor = 1 + math.atan((1 / (error + 1e-8)) ** (1 / (1.5 if eta else 3)) - 1)
        if factor >= 0.81:
            x, before, t = third, second, t_next
            if fresh:
                x = x + fresh * noise()
        h *= factor
    return x


def restart(look, x, s, noise, eta):
    """Xu et al. 2023, algorithm 1; below twenty steps nothing is gone twice."""
    n = len(s) - 1
    if n < 20:
        return heun(look, x, s, noise, eta)
    again, times = (9, 1) if n < 36 else (n // 4, 2)
    s = [*rho_7(n - again * times, s[-2], s[0]), 0.0]
    low, high = (int(np.argmin(np.abs(np.array(s) - wanted))) for wanted in (0.1, 2))
    x = heun(look, x, s[: low + 1], noise, eta)
    for _ in range(times):
        x = x + math.sqrt(s[high] ** 2 - s[low] ** 2) * noise()
        x = heun(look, x, rho_7(again + 1, s[low], s[high]), noise, eta)
    return heun(look, x, s[low:], noise, eta)


def rho_7(n, smallest, largest):
    ramp = np.linspace(0, 1, n)
    values = (largest ** (1 / 7) + ramp * (smallest ** (1 / 7) - largest ** (1 / 7))) ** 7
    return values.astype(np.float32).astype(float).tolist()


def lcm(look, x, s, noise, eta):
    """Luo et al. 2023, algorithm 3."""
    for a, b in pairwise(s):
        x = look(x, a)
        if b > 0:
            x = x + b * noise()
    return x


EXACT = {
    "Euler a": euler_a,
    "Euler": euler,
    "Heun": heun,
    "LMS": lms,
    "DPM2": dpm2,
    "DPM2 a": dpm2_a,
    "DPM++ 2M": dpmpp_2m,
    "DPM++ 2S a": dpmpp_2s_a,
    "DPM++ SDE": dpmpp_sde,
    "DPM++ 2M SDE": dpmpp_2m_sde,
    "DPM++ 2M SDE Heun": dpmpp_2m_sde_heun,
    "DPM++ 3M SDE": dpmpp_3m_sde,
    "DPM fast": dpm_fast,
    "DPM adaptive": dpm_adaptive,
    "Restart": restart,
    "LCM": lcm,
}
