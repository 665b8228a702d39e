"""The demo as a case: `swath demo make` knows the land without clouds."""
import json
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import rasterio

from protocols import Case
from series import BANDS


def case(swath, folder, size):
    """Makes the demo in a folder and reads it; gives the case, its grid, and the folder of its catalogue."""
    folder = Path(folder)
    subprocess.run([str(swath), "demo", "make", "--size", str(size), "--out", str(folder)], check=True, capture_output=True)
    pixels, scls, dates = [], [], []
    for path in folder.glob("sentinel-2-c1-l2a/items/*/item.json"):
        item = json.loads(path.read_text())
        layers = []
        for band in BANDS.values():
            with rasterio.open(path.parent / f"{band}.tif") as src:
                layers.append(src.read(1).astype("i4"))
                crs, transform = src.crs, src.transform
        with rasterio.open(path.parent / "SCL.tif") as src:
            scl = src.read(1).repeat(2, 0).repeat(2, 1)[: layers[0].shape[0], : layers[0].shape[1]]
        stack = np.stack(layers)
        missing = (stack == 0).any(0) | (scl == 0)
        pixels.append(np.where(missing, 0, np.clip(stack - 1000, 1, 65535)).astype("u2"))
        scls.append(np.where(missing, 0, scl).astype("u1"))
        dates.append(date.fromisoformat(item["properties"]["datetime"][:10]))
    truth = []
    for band in BANDS:
        with rasterio.open(folder / "truth" / f"{band}.tif") as src:
            truth.append(src.read(1))
    order = np.argsort(dates)
    stack = lambda values: np.stack([values[i] for i in order])
    truth = np.stack(truth)
    score = np.ones(truth.shape[1:], bool)
    score[:8], score[-8:], score[:, :8], score[:, -8:] = False, False, False, False
    made = Case("Demo", stack(pixels), stack(scls), [dates[i] for i in order], truth, score, transform.a, list(order))
    return made, crs, transform, folder
