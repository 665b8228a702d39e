"""Runs the `swath` program on a catalogue and reads what it made."""
import json
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio

from catalogue import COLLECTION, outline
from series import BANDS

PLAIN = {"graded_buffers_m": [], "balance": False, "screening": False}
# name: (fields of the mask step, fields of the composite step)
RECIPES = {
    "default": ({}, {}),
    "plain median": ({}, PLAIN),
    "plain median + 240 m": ({"cloud_buffer_m": 240, "shadow_buffer_m": 240}, PLAIN),
    "default without balance": ({}, {"balance": False}),
    "default without screening": ({}, {"screening": False}),
    "default without grades": ({}, {"graded_buffers_m": []}),
    "graded": ({}, {"balance": False, "screening": False}),
    "first quartile": ({}, {**PLAIN, "method": {"percentile": 25}}),
    "first quartile cleaned": ({}, {"method": {"percentile": 25}}),
    "geometric median": ({}, {**PLAIN, "method": "geometric-median"}),
    "geometric median cleaned": ({}, {"method": "geometric-median"}),
    "medoid cleaned": ({}, {"method": "medoid"}),
    "mean cleaned": ({}, {"method": "mean"}),
    "best pixel": ({}, {**PLAIN, "method": {"best-pixel": {}}}),
    "first clear": ({}, {**PLAIN, "method": "first-clear"}),
    "greatest NDVI": ({}, {**PLAIN, "method": {"max-index": "ndvi"}}),
}


@dataclass
class Made:
    """What a run gave: image [band, y, x] on the case's grid, quality layers by name, seconds, processor seconds, most memory in MB."""

    image: np.ndarray
    layers: dict
    seconds: float
    processor: float
    memory: float
    folder: Path


class Failed(Exception):
    """What the program said."""


def provider(config, catalogue):
    path = Path(config) / "providers" / "quality.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    assets = {band: band for band in BANDS} | {"scl": "scl"}
    path.write_text(json.dumps({"id": "quality", "title": "Quality", "kind": {"static": {"folder": str(Path(catalogue).resolve())}},
                                "collections": [{"id": COLLECTION, "sensor": "sentinel-2-l2a", "assets": assets}]}))


def recipe(name, area, dates, mask, composite, version=2):
    return {"version": version, "name": name, "area": area, "dates": {"from": str(min(dates)), "to": str(max(dates))}, "steps": [
        {"step": "search", "sensors": ["sentinel-2-l2a"], "providers": ["quality"]},
        {"step": "mask", **mask}, {"step": "composite", "bands": list(BANDS), **composite}, {"step": "write"}]}


def run(swath, work, name, dates, crs, transform, shape, mask, composite):
    """Runs a recipe over the whole grid of a catalogue that `provider` named in `work/config`."""
    work = Path(work)
    wanted = recipe(name, outline(transform, shape, crs, inset=0.25), dates, mask, composite)
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(swath), "--data-dir", str(work / "data"), "--config-dir", str(work / "config"), "--no-keychain", "run", "-"],
                          input=json.dumps(wanted), capture_output=True, text=True)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise Failed(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}")
    folder = Path(done.stdout.strip().splitlines()[-1])
    image, names = on_grid(folder / "composite.tif", transform, shape)
    order = [names.index(band) for band in BANDS]
    layers = dict(zip(*reversed(on_grid(folder / "quality.tif", transform, shape))))
    processor = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return Made(image[order], layers, seconds, processor, after.ru_maxrss / 1024, folder)


def on_grid(path, transform, shape):
    """A product's bands on a grid that it shares pixels with, 0 beyond it; and their names."""
    with rasterio.open(path) as src:
        there = src.read()
        left, top = (round(v) for v in ~transform * (src.transform.c, src.transform.f))
        assert src.transform.a == transform.a and src.transform.e == transform.e, (src.transform, transform)
        assert abs((transform * (left, top))[0] - src.transform.c) < 1e-6, "the product lies between the pixels of its sources"
        names = [d or f"band {i + 1}" for i, d in enumerate(src.descriptions)]
    out = np.zeros((len(there), *shape), there.dtype)
    rows, columns = (slice(max(0, at), min(at + size, whole)) for at, size, whole in ((top, there.shape[1], shape[0]), (left, there.shape[2], shape[1])))
    out[:, rows, columns] = there[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return out, names
