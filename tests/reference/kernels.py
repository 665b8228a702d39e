#!/usr/bin/env python3
"""Median and geometric median in memory, on one core, beside what people use, on the same pixels in the same run.

    kernels.py [--series DIR] [--bench PROGRAM] [--dates 6,12,24,48] [--side 512]

DIR holds `assets/<scene>/B02.tif` ... and `SCL.tif`; without it pixels are made up. PROGRAM is the built benchmark;
without it, it is built here. Needs numpy, bottleneck and odc-algo, and rasterio for DIR. A number is millions of pixels times bands in a
second of CPU time; the best of five runs.
"""
import argparse
import json
import os
import re
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

BANDS = ["B02", "B03", "B04", "B08"]
DROP = [0, 1, 3, 8, 9, 10]


def real(series, looks, side):
    """uint16 [look, band, y, x], 0 where masked. More looks than dates are taken from other places."""
    import rasterio
    from rasterio.windows import Window

    scenes = sorted(Path(series, "assets").iterdir())
    out = np.empty((looks, 4, side, side), "u2")
    for look in range(looks):
        scene, at = scenes[look % len(scenes)], 1024 * (look // len(scenes))
        with rasterio.open(scene / "SCL.tif") as mask, rasterio.open(scene / "B02.tif") as band:
            times = band.width // mask.width
            window = Window(at // times, at // times, side // times, side // times)
            bad = np.isin(mask.read(1, window=window), DROP).repeat(times, 0).repeat(times, 1)
        for band, name in enumerate(BANDS):
            with rasterio.open(scene / f"{name}.tif") as file:
                out[look, band] = np.where(bad, 0, file.read(1, window=Window(at, at, side, side)))
    return out


def made_up(looks, side, rng):
    ground = rng.integers(300, 1200, (1, 4, side, side))
    veil = np.where(rng.random((looks, 1, side, side)) < 0.25, rng.integers(0, 800, (looks, 1, side, side)), 0)
    clear = (np.arange(side * side).reshape(side, side) // 97 + 5 * np.arange(looks)[:, None, None]) % 3 != 0
    return ((ground + veil + rng.integers(0, 120, (looks, 4, side, side))) * clear[:, None]).astype("u2")


def seconds(run):
    run()
    times = []
    end = time.monotonic() + 30
    while len(times) < 5 and time.monotonic() < end:
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times or [float("nan")])


def peers(stack):
    bands = [np.ascontiguousarray(stack[:, band]) for band in range(4)]
    floats = [np.where(band == 0, np.float32("nan"), band.astype("f4")) for band in bands]
    last = [np.ascontiguousarray(band.transpose(1, 2, 0)) for band in floats]
    import bottleneck

    yield "median, bottleneck", lambda: [bottleneck.nanmedian(band, axis=-1) for band in last]
    if len(stack) <= 12:
        yield "median, numpy", lambda: [np.nanmedian(band, axis=0) for band in floats]
    from odc.algo import int_geomedian_np

    yield "geometric median, odc-algo", lambda: int_geomedian_np(*bands, nodata=0, scale=1 / 10000, num_threads=1, eps=1e-4)


def build():
    """The benchmark, with its peer compiled for AVX2 as Swath's kernels are."""
    command = "cargo rustc -q -p swath-raster --bench kernels --profile bench --message-format json -- -C target-feature=+avx2"
    lines = subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout.splitlines()
    return [found for line in lines if (found := json.loads(line).get("executable"))][-1]


def swath(program, folder):
    text = subprocess.run([program or build(), "--bench", "median"], env={**os.environ, "SWATH_STACKS": folder}, capture_output=True, text=True, check=True).stdout
    names = {"median/swath": "median, Swath's kernel", "median/untuned network": "median, untuned network",
             "composite/median": "median, Swath, with counts and sources",
             "composite/geometric median": "geometric median, Swath, with counts and sources"}
    found = {}
    for name, looks, low, unit in re.findall(r"^((?:median|composite)/[^/\n]+)/(\d+)\s.*?thrpt:\s+\[\S+ \S+ (\S+) (\S+)", text, re.M | re.S):
        found[names[name], int(looks)] = float(low) * {"Kelem/s": 1e-3, "Melem/s": 1, "Gelem/s": 1e3}[unit]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series")
    parser.add_argument("--bench")
    parser.add_argument("--dates", default="6,12,24,48")
    parser.add_argument("--side", type=int, default=512)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    dates = [int(n) for n in args.dates.split(",")]
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for looks in [6, 12, 24, 48]:  # the benchmark takes all of them
            stack = real(args.series, looks, args.side) if args.series else made_up(looks, args.side, rng)
            stack.astype("<u2").tofile(Path(folder, f"stack{looks}.raw"))
            for name, run in peers(stack) if looks in dates else ():
                found[name, looks] = stack[0].size / 1e6 / seconds(run)
        found |= swath(args.bench, folder)
    print("| Mpixel x band / s |", " | ".join(f"N = {n}" for n in dates), "|")
    print("|---|" + "---|" * len(dates))
    for name in dict.fromkeys(name for name, _ in found):
        print(f"| {name} |", " | ".join(f"{found[name, n]:.2f}" if (name, n) in found else "" for n in dates), "|")


if __name__ == "__main__":
    main()
