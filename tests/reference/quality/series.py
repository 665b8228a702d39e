"""A folder of real Sentinel-2 L2A dates: one folder per item with `<id>.json` (STAC) and B02 B03 B04 B08 SCL `.tif` on one grid."""
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import rasterio

BANDS = {"blue": "B02", "green": "B03", "red": "B04", "nir": "B08"}
UNUSABLE = (0, 1, 3, 8, 9, 10)


@dataclass
class Series:
    """pixels [date, band, y, x]: reflectance x 10 000, 0 = none in all bands; scl [date, y, x]; in order of time."""

    name: str
    pixels: np.ndarray
    scl: np.ndarray
    dates: list
    orbits: list
    items: list
    crs: object
    transform: object

    def clear(self, i):
        return usable(self.scl[i])

    def at(self, day):
        """Number of the date of a day of its month (13) or ISO date."""
        return next(i for i, d in enumerate(self.dates) if d.isoformat() == str(day) or str(d.day) == str(day))

    @property
    def metres(self):
        return self.transform.a


def usable(scl):
    return ~np.isin(scl, UNUSABLE)


def load(folder):
    """The series in a folder. The offset has been applied already where the item says so, and is taken off where it does not."""
    folder, found, transform, crs = Path(folder), [], None, None
    for path in sorted(folder.glob("*/S2*.json")):
        item = json.loads(path.read_text())
        layers = {}
        for name, file in (*BANDS.items(), ("scl", "SCL")):
            with rasterio.open(path.parent / f"{file}.tif") as src:
                layers[name] = src.read(1)
                crs, transform = src.crs or crs, (src.transform if src.crs else transform)
        properties = item["properties"]
        baseline = float(properties.get("s2:processing_baseline", properties.get("processing:version", "5")))
        subtract = 0 if properties.get("earthsearch:boa_offset_applied", baseline < 4) else 1000
        stack = np.stack([layers[name] for name in BANDS]).astype("i4")
        missing = (stack == 0).any(0) | (layers["scl"] == 0)
        pixels = np.where(missing, 0, np.clip(stack - subtract, 1, 65534)).astype("u2")
        # lossy containers made a handful of pixels of classes that do not exist
        scl = np.where(missing, 0, np.where(layers["scl"] > 11, 7, layers["scl"])).astype("u1")
        uri = properties.get("s2:product_uri", "")
        orbit = next((part for part in uri.split("_") if len(part) == 4 and part[0] == "R" and part[1:].isdigit()), "R000")
        found.append((date.fromisoformat(properties["datetime"][:10]), pixels, scl, orbit, item))
    if not found:
        raise SystemExit(f"{folder} holds no folders with S2*.json and bands; give --series")
    found.sort(key=lambda f: f[0])
    return Series(folder.name, *(np.stack([f[i] for f in found]) for i in (1, 2)), [f[0] for f in found], [f[3] for f in found],
                  [f[4] for f in found], crs, transform)
