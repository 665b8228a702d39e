#!/usr/bin/env python3
"""An independent masked median, to compare a product of Swath with, pixel by pixel.

    median.py --stac URL --collection ID --area FILE.geojson --from DATE --to DATE --bands blue,green,red,nir --product composite.tif

Made with rasterio and numpy only, from the same STAC API and the same files: SCL by nearest neighbour, classes 0 1 3 8 9 10 and band value 0
dropped, median of what is left with halves to even, 0 where nothing is left, pixels whose centre lies outside the area 0. Assumes scenes on one
grid whose offset has been applied already. Prints one JSON object: pixels compared, how many differ, and by how much at most.
"""
import argparse
import json
import math
import urllib.request

import numpy as np
import rasterio
from rasterio.features import geometry_mask
from rasterio.transform import from_origin
from rasterio.warp import transform_geom
from rasterio.windows import Window

DROP = (0, 1, 3, 8, 9, 10)


def densified(ring, step=0.001):
    """The ring with a vertex at least every `step` degrees, so that its edges stay straight in longitude and latitude."""
    out = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:]):
        n = max(1, math.ceil(max(abs(x1 - x0), abs(y1 - y0)) / step))
        out += [(x0 + (x1 - x0) * i / n, y0 + (y1 - y0) * i / n) for i in range(n)]
    return out + [ring[-1]]


def search(stac, collection, geometry, start, end):
    body = {"collections": [collection], "intersects": geometry, "datetime": f"{start}T00:00:00Z/{end}T23:59:59Z", "limit": 100}
    request = urllib.request.Request(f"{stac}/search", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return sorted(json.load(reply)["features"], key=lambda item: item["properties"]["datetime"])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("stac", "collection", "area", "from", "to", "bands", "product"):
        ap.add_argument(f"--{name}", required=True, dest=name if name != "from" else "start")
    cfg = ap.parse_args()
    geometry = json.load(open(cfg.area))
    items = search(cfg.stac, cfg.collection, geometry, cfg.start, cfg.to)
    bands = cfg.bands.split(",")
    with rasterio.open(items[0]["assets"][bands[0]]["href"]) as first:
        crs, source = first.crs, first.transform
    ring = densified([tuple(c) for c in geometry["coordinates"][0]])
    outline = transform_geom("EPSG:4326", crs, {"type": "Polygon", "coordinates": [ring]})
    xs, ys = zip(*outline["coordinates"][0])
    size = source.a
    left, right = math.floor((min(xs) - source.c) / size), math.ceil((max(xs) - source.c) / size)
    top, bottom = math.floor((source.f - max(ys)) / size), math.ceil((source.f - min(ys)) / size)
    window = Window(left, top, right - left, bottom - top)
    transform = from_origin(source.c + left * size, source.f - top * size, size, size)
    shape = (bottom - top, right - left)
    outside = geometry_mask([outline], shape, transform)

    def read(item, key):
        with rasterio.open(item["assets"][key]["href"]) as file:
            assert file.transform == source and file.crs == crs, "one grid is assumed"
            return file.read(1, window=window)

    dropped = [np.isin(read(item, "scl"), DROP) for item in items]
    with rasterio.open(cfg.product) as product:
        assert product.shape == shape and product.transform == transform, (product.shape, shape, product.transform, transform)
        ours = {name: product.read(i + 1) for i, name in enumerate(product.descriptions)}
    differing, off_by_more, largest, valid = 0, 0, 0, 0
    for band in bands:
        stack = np.stack([np.where(drop | (pixels == 0), np.nan, pixels) for drop, pixels in zip(dropped, (read(i, band) for i in items))])
        with np.errstate(all="ignore"):
            import warnings

            warnings.simplefilter("ignore")
            median = np.nanmedian(stack, axis=0)
        expected = np.where(outside | np.isnan(median), 0, np.rint(np.nan_to_num(median))).astype("int64")
        difference = np.abs(ours[band].astype("int64") - expected)
        differing += int((difference > 0).sum())
        off_by_more += int((difference > 1).sum())
        largest = max(largest, int(difference.max()))
        valid += int((expected > 0).sum())
    print(json.dumps({"items": len(items), "width": shape[1], "height": shape[0], "bands": len(bands), "pixels": shape[0] * shape[1] * len(bands),
                      "valid": valid, "differing": differing, "off_by_more_than_1": off_by_more, "largest": largest}))


if __name__ == "__main__":
    main()
