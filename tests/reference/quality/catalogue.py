"""A case as a static STAC catalogue in the shape of Earth Search's `sentinel-2-c1-l2a`, with GeoTIFFs that hold the offset of baseline 05.09."""
import json
from pathlib import Path

import numpy as np
import rasterio
from rasterio.warp import transform_geom

from series import BANDS

COLLECTION = "sentinel-2-c1-l2a"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
OFFSET = 1000


def outline(transform, shape, crs, inset=0):
    """The grid's outline in longitude and latitude, with enough vertices to stay straight."""
    height, width = shape
    side = lambda a, b: [(a[0] + (b[0] - a[0]) * i / 24, a[1] + (b[1] - a[1]) * i / 24) for i in range(24)]
    corners = [transform * c for c in ((inset, inset), (inset, height - inset), (width - inset, height - inset), (width - inset, inset), (inset, inset))]
    ring = [point for a, b in zip(corners, corners[1:]) for point in side(a, b)] + [corners[0]]
    return transform_geom(crs, "EPSG:4326", {"type": "Polygon", "coordinates": [ring]}, precision=7)


def write(case, crs, transform, folder):
    """Writes the catalogue; gives its root folder."""
    folder, shape = Path(folder), case.scl.shape[1:]
    square = f"{int(crs.to_epsg()) % 100}TAA"
    ids = []
    for number, (pixels, scl, day) in enumerate(zip(case.pixels, case.scl, case.dates)):
        stamp = f"{day:%Y%m%d}T1005{number % 60:02}"
        name = f"S2{'AB'[number % 2]}_T{square}_{stamp}_L2A"
        place = folder / COLLECTION / "items" / name
        place.mkdir(parents=True, exist_ok=True)
        for file, values in [*((BANDS[b], np.where(pixels[i] > 0, pixels[i].astype("u4") + OFFSET, 0).astype("u2")) for i, b in enumerate(BANDS)), ("SCL", scl)]:
            with rasterio.open(place / f"{file}.tif", "w", driver="COG", dtype=values.dtype, count=1, height=shape[0], width=shape[1], crs=crs,
                               transform=transform, nodata=0, compress="DEFLATE", blocksize=256,
                               overview_resampling="NEAREST") as out:
                out.write(values, 1)
        (place / "item.json").write_text(json.dumps(item(case, number, name, stamp, day, square, crs, transform, shape)))
        ids.append(name)
    link = lambda rel, href: {"rel": rel, "href": href, "type": "application/json"}
    (folder / "catalog.json").write_text(json.dumps({
        "type": "Catalog", "stac_version": "1.1.0", "id": "quality", "description": case.name,
        "links": [link("root", "./catalog.json"), link("child", f"./{COLLECTION}/collection.json")]}))
    moment = lambda d: f"{d}T10:05:00Z"
    area = outline(transform, shape, crs)["coordinates"][0]
    box = [f(c[axis] for c in area) for f in (min, max) for axis in (0, 1)]
    (folder / COLLECTION / "collection.json").write_text(json.dumps({
        "type": "Collection", "stac_version": "1.1.0", "id": COLLECTION, "description": case.name, "license": "other",
        "extent": {"spatial": {"bbox": [box]}, "temporal": {"interval": [[moment(case.dates[0]), moment(case.dates[-1])]]}},
        "links": [link("root", "../catalog.json"), *(link("item", f"./items/{i}/item.json") for i in ids)]}))
    return folder


def item(case, number, name, stamp, day, square, crs, transform, shape):
    scl = case.scl[number]
    area = outline(transform, shape, crs)
    ring = area["coordinates"][0]
    share = lambda *codes: float(100 * np.isin(scl, codes).mean())
    grid = {"proj:shape": list(shape), "proj:transform": list(transform)[:6]}
    assets = {
        key: {"href": f"./{band}.tif", "type": COG, "gsd": 10, **grid, "roles": ["data", "reflectance"],
              "bands": [{"name": band, "eo:common_name": key, "data_type": "uint16", "nodata": 0}],
              "raster:bands": [{"nodata": 0, "data_type": "uint16", "spatial_resolution": transform.a, "scale": 0.0001, "offset": -OFFSET / 10000}]}
        for key, band in BANDS.items()
    }
    assets["scl"] = {"href": "./SCL.tif", "type": COG, "gsd": 20, **grid, "roles": ["data"],
                     "raster:bands": [{"nodata": 0, "data_type": "uint8", "spatial_resolution": transform.a}]}
    letter = name[2]
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": name, "collection": COLLECTION, "geometry": area, "links": [],
        "bbox": [f(c[axis] for c in ring) for f in (min, max) for axis in (0, 1)], "assets": assets,
        "properties": {
            "datetime": f"{day}T10:05:{number % 60:02}Z", "platform": f"sentinel-2{letter.lower()}", "constellation": "sentinel-2", "instruments": ["msi"],
            "eo:cloud_cover": share(8, 9, 10), "proj:code": f"EPSG:{crs.to_epsg()}", "grid:code": f"MGRS-{square}",
            "s2:nodata_pixel_percentage": share(0), "s2:processing_baseline": "05.09", "s2:product_type": "S2MSI2A",
            "s2:product_uri": f"S2{letter}_MSIL2A_{stamp}_N0509_R079_T{square}_{stamp}.SAFE",
            "s2:datatake_id": f"GS2{letter}_{stamp}_{40000 + number:06}_N05.09", "view:sun_elevation": 55.0, "view:sun_azimuth": 150.0,
            "earthsearch:boa_offset_applied": False,
        },
    }
