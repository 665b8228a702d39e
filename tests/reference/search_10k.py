#!/usr/bin/env python3
"""A search over 10,000 items of a real STAC server: `swath search` beside pystac-client.

    python3 -m venv V && V/bin/pip install rustac pystac-client
    cargo build --release -p swath-cli
    V/bin/python search_10k.py --swath target/release/swath [--repeats 5] [--pages 100,250] [--shape PROGRAM --delay 20 --rate 400]

Makes Sentinel-2 items in the shape of Earth Search's Collection 1 (100 tiles, 100 days, 15 assets each, about 12 kB an item), loads them into
`rustac serve` on loopback, and asks for all of them, in turn, with the same page size:

- swath:   `swath search --json`, from start to the first scene's line, to the last, and to the end (which has stored them in the library)
- pystac:  a Python process, from start (and, beside it, from after its imports) to the first item and to the last of `ItemSearch.items()`
- wire:    page after page over one connection, time until the last byte of each page: what the server itself takes

Prints one line a run, then medians and ratios as a table in Markdown. `--shape` is a TCP proxy called as `LISTEN UPSTREAM ONE_WAY_DELAY_MS MBIT`.
Memory and processor time are those of the client's process. Only the standard library is used here; the client library runs in a process of its own.
"""
import argparse
import http.client
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

COLLECTION, TILES, DAYS = "sentinel-2-c1-l2a", 100, 100
AREA = [12.5, 44.5, 16.5, 47.5]
PERIOD = ("2023-01-01", "2024-12-31")
BANDS = {"red": ("B04", 10), "green": ("B03", 10), "blue": ("B02", 10), "nir": ("B08", 10), "rededge1": ("B05", 20), "rededge2": ("B06", 20),
         "rededge3": ("B07", 20), "nir08": ("B8A", 20), "swir16": ("B11", 20), "swir22": ("B12", 20), "coastal": ("B01", 60), "nir09": ("B09", 60)}
CLIENT = """
import json, resource, sys, time
url, area, period, page, begun = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
from pystac_client import Client
ready = time.monotonic()
search = Client.open(url).search(collections=[sys.argv[6]], bbox=area, datetime=period, limit=page)
first, count = None, 0
for item in search.items():
    first = first or time.monotonic()
    count += 1
last = time.monotonic()
print(json.dumps({"imports": ready - begun, "first": first - begun, "last": last - begun, "count": count}))
"""


def asset(folder, key, name, resolution, order):
    side = 109800 // resolution
    is_band = name.startswith("B")
    bands = {"raster:bands": [{"nodata": 0, "data_type": "uint16" if is_band else "uint8", "spatial_resolution": resolution,
                               **({"scale": 0.0001, "offset": -0.1} if is_band else {})}]}
    if is_band:
        bands["eo:bands"] = [{"name": name, "common_name": key, "center_wavelength": 0.4 + order / 10, "full_width_half_max": 0.038}]
    return {"href": f"https://data.example.org/{folder}/{name}.tif", "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "title": f"{key} - {resolution}m", "gsd": resolution, "proj:shape": [side, side],
            "proj:transform": [resolution, 0, 399960, 0, -resolution, 5000040], **bands,
            "file:checksum": "1220" + f"{order:02x}" * 32, "file:size": 1_000_000 + order, "roles": ["data", "reflectance"] if is_band else ["data"]}


def item(tile, day):
    square = "CDEFGHJKLM"[tile % 10] + "LMNPQRSTUV"[tile // 10]
    when = date.fromisoformat(PERIOD[0]) + timedelta(days=7 * day)
    platform, stamp = "AB"[day % 2], when.strftime("%Y%m%d")
    name = f"S2{platform}_T33T{square}_{stamp}T100559_L2A"
    west, south = 12 + 0.4 * (tile % 10), 44 + 0.3 * (tile // 10)
    folder = f"{COLLECTION}/33/T/{square}/{when.year}/{when.month}/{name}"
    keys = [*BANDS.items(), ("scl", ("SCL", 20)), ("aot", ("AOT", 20))]
    assets = {key: asset(folder, key, band, resolution, order) for order, (key, (band, resolution)) in enumerate(keys)}
    assets["thumbnail"] = {"href": f"https://data.example.org/{folder}/L2A_PVI.jpg", "type": "image/jpeg", "title": "Thumbnail", "roles": ["thumbnail"]}
    shares = ("nodata_pixel", "dark_features", "cloud_shadow", "vegetation", "not_vegetated", "water", "unclassified", "medium_proba_clouds", "high_proba_clouds", "thin_cirrus", "snow_ice")
    properties = {
        "datetime": f"{when}T10:05:59.{tile:03}000Z", "created": f"{when}T18:00:00.000Z", "updated": f"{when}T18:00:00.000Z",
        "platform": f"sentinel-2{platform.lower()}", "constellation": "sentinel-2", "instruments": ["msi"], "eo:cloud_cover": (tile * 37 + day * 11) % 1000 / 10,
        "proj:epsg": 32633, "proj:centroid": {"lat": south + 0.5, "lon": west + 0.65}, "mgrs:utm_zone": 33, "mgrs:latitude_band": "T", "mgrs:grid_square": square,
        "grid:code": f"MGRS-33T{square}", "view:azimuth": 106.2, "view:incidence_angle": 10.6, "view:sun_azimuth": 147.0, "view:sun_elevation": 58.7,
        "s2:product_uri": f"S2{platform}_MSIL2A_{stamp}T100559_N0510_R022_T33T{square}_{stamp}T160000.SAFE", "s2:processing_baseline": "05.10",
        "s2:tile_id": f"S2{platform}_OPER_MSI_L2A_TL_2APS_{stamp}T160000_A0461{day:02}_T33T{square}_N05.10", "s2:product_type": "S2MSI2A",
        "s2:generation_time": f"{when}T16:00:00.000000Z", "s2:datatake_id": f"GS2{platform}_{stamp}T100559_0461{day:02}_N05.10",
        "s2:datastrip_id": f"S2{platform}_OPER_MSI_L2A_DS_2APS_{stamp}T160000_S{stamp}T100600_N05.10", "s2:reflectance_conversion_factor": 0.9917,
        **{f"s2:{share}_percentage": round((tile + day) / 7, 4) for share in shares}, "storage:platform": "AWS", "storage:region": "us-west-2", "storage:requester_pays": False}
    ring = [[west, south], [west + 1.3, south], [west + 1.3, south + 1], [west, south + 1], [west, south]]
    return {"type": "Feature", "stac_version": "1.0.0", "stac_extensions": [f"https://stac-extensions.github.io/{e}/schema.json" for e in ("eo/v1.1.0", "grid/v1.1.0", "projection/v1.1.0", "raster/v1.1.0", "view/v1.0.0", "mgrs/v1.0.0")],
            "id": name, "collection": COLLECTION, "properties": properties, "bbox": [west, south, west + 1.3, south + 1],
            "geometry": {"type": "Polygon", "coordinates": [ring]}, "assets": assets,
            "links": [{"rel": "canonical", "type": "application/json", "href": f"https://data.example.org/{folder}/{name}.json"}]}


def made(folder):
    """In a process of its own: the peak memory of a process is at least what its parent had when it started it."""
    files = folder / "collection.json", folder / "items.json"
    maker = multiprocessing.Process(target=make, args=files)
    maker.start()
    maker.join()
    assert maker.exitcode == 0, "the items could not be made"
    return files


def make(*files):
    everywhere = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[f"{PERIOD[0]}T00:00:00Z", None]]}}
    files[0].write_text(json.dumps({"type": "Collection", "stac_version": "1.0.0", "id": COLLECTION, "description": "synthetic", "license": "other", "extent": everywhere, "links": []}))
    # Days change faster than tiles, so that a page is as mixed as a catalogue's.
    features = [item((number * 7) % TILES, number // TILES) for number in range(TILES * DAYS)]
    files[1].write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert len({feature["id"] for feature in features}) == TILES * DAYS


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def wait_for(port, process):
    for _ in range(1200):
        assert process.poll() is None, "the server ended"
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing answers at port {port}")


def run_swath(a, url, page, folder):
    config = folder / "config"
    (config / "providers").mkdir(parents=True)
    assets = {**{key: key for key in ("red", "green", "blue", "nir", "swir16", "swir22")}, "scl": "scl"}
    (config / "providers" / "local.json").write_text(json.dumps({
        "id": "local", "title": "Local", "kind": {"stac": {"url": url}}, "page": page, "parallel": 8,
        "collections": [{"id": COLLECTION, "sensor": "sentinel-2-l2a", "assets": assets, "thumbnail": "thumbnail"}]}))
    command = [a.swath, "--data-dir", folder / "data", "--config-dir", config, "search", "--json", "--provider", "local",
               "--bbox", ",".join(map(str, AREA)), "--from", PERIOD[0], "--to", PERIOD[1]]
    begun, first, last, count = time.monotonic(), None, None, 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=1 << 16) as process:
        for line in process.stdout:
            if b'"scene"' in line[:100]:
                last = time.monotonic()
                first = first or last
                count += 1
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"swath ended with {process.returncode}"
    return result(begun, first, last, count, used, end=time.monotonic() - begun)


def run_pystac(a, url, page, folder):
    period = f"{PERIOD[0]}T00:00:00Z/{PERIOD[1]}T23:59:59Z"
    begun = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", CLIENT, url, json.dumps(AREA), period, str(page), str(begun), COLLECTION], stdout=subprocess.PIPE) as process:
        told = json.loads(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return result(begun, begun + told["first"], begun + told["last"], told["count"], used, imports=told["imports"])


def run_wire(a, url, page, folder):
    begun, first, count, waited = time.monotonic(), None, 0, 0.0
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port)
    body = {"collections": [COLLECTION], "bbox": AREA, "datetime": f"{PERIOD[0]}T00:00:00Z/{PERIOD[1]}T23:59:59Z", "limit": page}
    while body:
        sent = time.monotonic()
        connection.request("POST", "/search", json.dumps(body), {"Content-Type": "application/json"})
        text = connection.getresponse().read()
        waited += time.monotonic() - sent
        first = first or waited
        answer = json.loads(text)
        count += len(answer["features"])
        following = next((link for link in answer["links"] if link["rel"] == "next"), None)
        body = following and ({**body, **following["body"]} if following.get("merge") else following["body"])
    return {"first": first, "last": waited, "count": count}


def result(begun, first, last, count, used, **more):
    return {"first": first - begun, "last": last - begun, "count": count, "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024, **more}


def measure(a, files, scratch, delay, rate):
    port = inner = free_port()
    running = []
    try:
        if delay is not None:
            port = free_port()
            running.append(subprocess.Popen([a.shape, str(port), str(inner), str(delay), str(rate)], stdout=subprocess.DEVNULL))
            wait_for(port, running[0])
        url = f"http://127.0.0.1:{port}"
        rustac = Path(sys.executable).parent / "rustac"
        running.append(subprocess.Popen([rustac, "serve", "--addr", url, "--bind", f"127.0.0.1:{inner}", *files], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_for(inner, running[-1])
        rows = []
        wire = "loopback" if delay is None else f"{2 * delay} ms there and back, {rate} Mbit/s"
        for page in map(int, a.pages.split(",")):
            runs = {"wire": [], "swath": [], "pystac": []}
            for turn in range(a.repeats):
                for who, run in (("wire", run_wire), ("swath", run_swath), ("pystac", run_pystac)):
                    with tempfile.TemporaryDirectory(dir=scratch) as folder:
                        took = run(a, url, page, Path(folder))
                    assert took["count"] == TILES * DAYS, f"{who} found {took['count']}"
                    runs[who].append(took)
                    print(f"{wire}, page {page}, run {turn}, {who}: " + " ".join(f"{k} {v:.3g}" for k, v in took.items()), file=sys.stderr, flush=True)
            middle = {who: {key: statistics.median(took[key] for took in all_runs) for key in all_runs[0]} for who, all_runs in runs.items()}
            rows.append((wire, page, middle))
        return rows
    finally:
        for process in running:
            process.terminate()
            process.wait()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--swath", required=True)
    ap.add_argument("--repeats", type=int, default=5)
    ap.add_argument("--pages", default="100,250")
    ap.add_argument("--shape")
    ap.add_argument("--delay", type=int, default=20)
    ap.add_argument("--rate", type=int, default=400)
    a = ap.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = made(Path(scratch))
        print(f"{TILES * DAYS} items, {files[1].stat().st_size / 1e6:.0f} MB, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", file=sys.stderr)
        rows = measure(a, files, scratch, None, None)
        if a.shape:
            rows += measure(a, files, scratch, a.delay, a.rate)
    print("| wire | page | client | first, s | all, s | end, s | CPU, s | peak, MB | all: pystac / this |\n|---|---|---|---|---|---|---|---|---|")
    for wire, page, middle in rows:
        for who, took in middle.items():
            cell = lambda key, digits=2: f"{took[key]:.{digits}f}" if key in took else ""
            print(f"| {wire} | {page} | {who} | {cell('first', 3)} | {cell('last')} | {cell('end')} | {cell('cpu')} | {cell('mb', 0)} | {middle['pystac']['last'] / took['last']:.2f} |")
        print(f"(pystac-client: {middle['pystac']['imports']:.2f} s of these until its imports are done)")


if __name__ == "__main__":
    main()
