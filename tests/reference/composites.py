#!/usr/bin/env python3
"""Every composite beside numpy and scipy, on made up and on real stacks.

    composites.py [--series DIR] [--program PATH] [--side 96]

DIR holds `assets/<scene>/B02.tif` ... and `SCL.tif` (needs rasterio). PATH is the built example; without it `cargo run -p swath-raster --release
--example composite` is run here. Needs numpy and scipy; geometric medians are also compared with hdstats where it is installed.
Prints a line per stack and method; ends with 1 if any differs by more than its definition allows:

- first clear, median, percentiles, mean, maximum and minimum index, medoid: not at all
- mean of radar: not at all, but for 1 where the exact mean lies within 1e-4 of a half
- geometric median: 0.5 for the rounding and 0.05 for ending, from a converged one in 64 bits, or a sum of distances that is no greater
- best pixel: the score is the best by 1e-6, the layer of scores by 0.51
- weighted mean: 0.5 for the rounding and a 10 000th for that of the weights
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.special import expit, ndtr

sys.path.insert(0, str(Path(__file__).parent))
from kernels import real

SENSORS = ["sentinel-2-l2a", "landsat-c2-l2"]
BEST = {"day": 1, "year": 1, "cloud": 0.4, "haze": 0.3, "opacity": 0.2, "view": 0.3, "sensor": 0.1}
failed = False


def made_up(rng, looks, bands, pixels, top, gaps):
    values = rng.integers(1, top + 1, (looks, bands, pixels)).astype("u2")
    values[np.broadcast_to(rng.random((looks, 1, pixels)) < gaps, values.shape)] = 0
    values[rng.random(values.shape) < 0.02] = 0
    return values


def run(program, values, about, distances, method, **numbers):
    looks, bands, pixels = values.shape
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: str(Path(folder, name))
        values.astype("<u2").tofile(path("values"))
        job = {"method": method, "bands": bands, "pixels": pixels, "looks": about, "values": path("values"), "out": path("out")} | numbers
        if distances is not None:
            distances.tofile(path("distances"))
            job["distances"] = path("distances")
        command = [program] if program else "cargo run -q -p swath-raster --release --example composite".split()
        subprocess.run(command, input=json.dumps(job), text=True, check=True)
        layers = np.fromfile(path("out"), "<u2").reshape(-1, pixels)
    return layers[:bands], layers[bands], layers[bands + 1], layers[bands + 2:]


def say(name, wrong, of, most=None):
    global failed
    failed |= wrong > 0
    print(f"  {name:<28} {wrong} of {of} differ" + ("" if most is None else f", at most {most:.3f} from the exact result"))


def half_even(over, under):
    floor, twice = over // under, 2 * (over % under)
    return floor + ((twice > under) | ((twice == under) & (floor % 2 == 1)))


def percentile(values, percent):
    """Linear between order statistics in 256ths, by the rule in the documentation, with integers."""
    n = (values > 0).sum(0)
    ordered = np.sort(np.where(values == 0, 1 << 40, values.astype("i8")), 0)
    place = (int(np.floor(percent / 100 * 65536 + 0.5)) * np.maximum(n - 1, 0) + 128) // 256
    low, part = place // 256, place % 256
    at = lambda i: np.take_along_axis(ordered, np.minimum(i, np.maximum(n - 1, 0))[None], 0)[0]
    return np.where(n > 0, half_even((256 - part) * at(low) + part * at(low + 1), 256), 0)


def take(values, choice, any_whole):
    """Spectra of the chosen looks."""
    return np.where(any_whole, np.take_along_axis(values, choice[None, None], 0)[0], 0)


def medoid(values, whole):
    x = values.astype("f4")
    looks = len(x)
    far = np.zeros((looks, x.shape[2]), "f4")
    for k in range(looks):
        for l in range(looks):
            square = np.zeros(x.shape[2], "f4")
            for band in range(x.shape[1]):
                square += (x[k, band] - x[l, band]) ** 2
            far[k] += np.where(whole[l] & (k != l), np.sqrt(square), np.float32(0))
    return np.argmin(np.where(whole, far, np.float32(np.inf)), 0)


def geometric_medians(points):
    """Converged, in 64 bits: [pixel, look, band] with NaN for looks that are missing."""
    valid = ~np.isnan(points[..., 0])
    x = np.where(valid[..., None], points, 0)

    def at(y):
        to = x - y[:, None]
        far = np.sqrt((to ** 2).sum(2))
        apart = valid & (far > 1e-9)
        w = np.where(apart, 1 / np.where(apart, far, 1), 0)
        return to, w, (to * w[..., None]).sum(1), (valid & ~apart).sum(1), np.where(valid, far, 0).sum(1)

    y = np.nanmedian(points, 1)
    done = np.zeros(len(y), bool)
    for look in range(x.shape[1]):  # a look that holds the point is the answer
        _, _, pull, same, _ = at(x[:, look])
        held = valid[:, look] & (np.sqrt((pull ** 2).sum(1)) <= same) & ~done
        y[held], done = x[held, look], done | held
    for step in range(400):
        to, w, pull, same, far = at(y)
        weight = np.maximum(w.sum(1), 1e-300)
        weiszfeld = y + pull / weight[:, None]
        if step < 60:
            y = np.where(done[:, None], y, weiszfeld)
            continue
        matrix = weight[:, None, None] * np.eye(x.shape[2]) - np.einsum("pk,pkb,pkc->pbc", w ** 3, to, to)
        newton = np.linalg.solve(matrix + 1e-13 * weight[:, None, None] * np.eye(x.shape[2]), pull[..., None])[..., 0]
        best, least = weiszfeld, at(weiszfeld)[4]
        for half in range(12):
            new = y + newton * 0.5 ** half
            less = at(new)[4] < least
            best, least = np.where(less[:, None], new, best), np.where(less, at(new)[4], least)
        stay = done | (least >= far)
        y = np.where(stay[:, None], y, best)
        if stay.all():
            break
    return y, lambda z: at(z)[4]


def check(name, program, values, rng):
    looks, bands, pixels = values.shape
    whole = (values > 0).all(1)
    any_whole = whole.any(0)
    print(f"{name}: {looks} looks, {bands} bands, {pixels} pixels, {whole.mean():.0%} whole")
    day = rng.integers(18500, 20000, looks)
    about = [dict(number=k + 1, day=int(day[k]), sensor=SENSORS[k % 2], view=float(rng.integers(0, 12)), cloud=float(rng.random())) for k in range(looks)]
    distances = rng.integers(0, 256, (looks, pixels)).astype("u1")
    go = lambda method, **numbers: run(program, values, about, distances, method, **numbers)
    differ = lambda got, want: int((got != want).any(0).sum())

    got, count, source, _ = go("first-clear")
    first = np.argmax(whole, 0)
    say("first clear", differ(got, take(values, first, any_whole)) + int((source != np.where(any_whole, first + 1, 0)).sum()), pixels)
    say("count", int((count != whole.sum(0)).sum()), pixels)
    say("median", differ(go("median")[0], percentile(values, 50)), pixels)
    floats = np.where(values == 0, np.nan, values.astype("f8"))
    for percent in (0, 10, 25, 66.6, 100):
        got = go("percentile", percent=percent)[0]
        with np.errstate(all="ignore"):
            exact = np.nan_to_num(np.nanpercentile(floats, percent, axis=0))
            room = np.nan_to_num(np.nanmax(floats, 0) - np.nanmin(floats, 0)) * (1 / 512 + looks / 131072) + 0.5
        wrong = differ(got, percentile(values, float(np.float32(percent)))) + int((np.abs(got - exact) > room).any(0).sum())
        say(f"percentile {percent}", wrong, pixels, np.abs(got - exact).max())
    n = (values > 0).sum(0)
    say("mean", differ(go("mean")[0], np.where(n > 0, half_even(values.astype("i8").sum(0), np.maximum(n, 1)), 0)), pixels)
    power = np.where(values > 0, 10 ** ((values / 1000 - 50) / 10), 0).sum(0) / np.maximum(n, 1)
    exact = np.where(n > 0, (10 * np.log10(np.where(n > 0, power, 1)) + 50) * 1000, 0)
    got = run(program, values, [a | {"sensor": "sentinel-1-grd"} for a in about], None, "mean")[0]
    say("mean of radar", int((np.abs(got - exact) > 0.5 + 1e-4).any(0).sum()), pixels, np.abs(got - exact).max())
    a, b = values[:, bands - 1].astype("f4"), values[:, 0].astype("f4")
    with np.errstate(all="ignore"):
        index = (a - b) / (a + b)
    for method, sign in (("max-index", 1), ("min-index", -1)):
        choice = np.argmax(np.where(whole, sign * index, -2), 0)
        say(method, differ(go(method, a=bands - 1, b=0)[0], take(values, choice, any_whole)), pixels)
    say("medoid", differ(go("medoid")[0], take(values, medoid(values, whole), any_whole)), pixels)

    got, _, source, layer = go("best-pixel", day=19000, window=60, a=0, b=bands - 1, weights=BEST)
    years = np.round((day - 19000) / 365.2425)
    sigma = 60 / np.sqrt(-2 * np.log(0.01))
    gauss = lambda d: np.exp(-d ** 2 / (2 * sigma ** 2))[:, None]
    score = BEST["day"] * gauss(day - 19000 - np.round(years * 365.2425)) + BEST["year"] * gauss(years * 20)
    score = score + BEST["cloud"] * expit(10 / 3000 * (distances * 20.0 - 1500))
    score += BEST["haze"] * expit(-10 / 200 * (values[:, 0] - 0.5 * values[:, bands - 1] - 800 + 150))
    of = lambda name: np.array([look[name] for look in about])[:, None]
    score += BEST["opacity"] * (1 - of("cloud")) + BEST["view"] * expit(-10 / 7.5 * (of("view") - 3.75))
    score += BEST["sensor"] * (of("sensor") == SENSORS[1])
    score = np.where(whole, score / sum(BEST.values()), -1)
    chosen = np.take_along_axis(score, np.maximum(source.astype("i8") - 1, 0)[None], 0)[0]
    wrong = any_whole & ((chosen < score.max(0) - 1e-6) | (np.abs(layer[0] - np.maximum(chosen * 10000, 1)) > 0.51))
    say("best pixel", int(wrong.sum()) + differ(got, take(values, np.maximum(source.astype("i8") - 1, 0), any_whole)), pixels)

    got = go("weighted-mean", day=19000, window=400)[0]
    weight = (1 - 0.5 * np.minimum(np.abs(day - 19000) / 400, 1))[:, None] * ndtr(distances * 20.0 / 480) * ndtr(distances * 20.0 / 2400)
    weight = np.where(values > 0, weight[:, None], 0)
    exact = (weight * values).sum(0) / np.where(n > 0, weight.sum(0), 1)
    say("weighted mean", int((np.abs(got - exact) > 0.5 + 1e-4 * exact).any(0).sum()), pixels, np.abs(got - exact).max())

    if bands > 1:
        got = go("geometric-median")[0].T.astype("f8")
        points = np.where(whole.T[..., None], values.transpose(2, 0, 1).astype("f8"), np.nan)
        enough = np.flatnonzero(whole.sum(0) >= 3)[:2000]
        if len(enough):
            exact, far = geometric_medians(points[enough])
            off = np.abs(got[enough] - exact).max(1)
            wrong = (off > 0.55) & (far(got[enough]) > far(exact))
            say("geometric median", int(wrong.sum()), len(enough), off.max())
            others(points[enough], got[enough])
        few = whole.sum(0) < 3
        medians = percentile(np.where(whole[:, None], values, 0), 50).T
        say("geometric median of 1 or 2", int((got[few] != medians[few]).any(1).sum()), int(few.sum()))


def others(points, got):
    """What other programs say; they stop where a step is short, which is not yet where the sum is least."""
    cube = np.ascontiguousarray(points.transpose(0, 2, 1)[:, None].astype("f4"))
    try:
        import hdstats

        off = np.abs(hdstats.nangeomedian_pcm(cube, eps=1e-3, maxiters=10000)[:, 0] - got).max(1)
        print(f"    hdstats: median {np.nanmedian(off):.2f}, 99 % within {np.nanpercentile(off, 99):.2f}")
    except Exception as error:
        print(f"    hdstats: {error}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series")
    parser.add_argument("--program")
    parser.add_argument("--side", type=int, default=96)
    args = parser.parse_args()
    np.seterr(all="ignore")
    import warnings

    warnings.simplefilter("ignore")
    rng = np.random.default_rng(7)
    for looks, bands, top, gaps in [(1, 3, 65535, 0.3), (2, 1, 20, 0.3), (3, 4, 12000, 0.2), (5, 2, 65535, 0.4), (9, 6, 12000, 0.3), (14, 10, 4000, 0.5), (33, 4, 300, 0.3), (70, 3, 12000, 0.4)]:
        check("made up", args.program, made_up(rng, looks, bands, 3000, top, gaps), rng)
    if args.series:
        for looks in (6, 12, 24):
            stack = real(args.series, looks, args.side)
            check("real", args.program, stack.reshape(looks, 4, -1), rng)
    sys.exit(failed)


if __name__ == "__main__":
    main()
