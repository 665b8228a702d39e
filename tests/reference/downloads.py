#!/usr/bin/env python3
"""`swath download` beside curl, aria2c and rclone: one large file and many small ones, on loopback and over a narrower wire.

    apt-get install nginx-light curl aria2 rclone
    cargo build --release -p swath-cli
    python3 downloads.py --swath target/release/swath [--repeats 3] [--nets none,20:400,50:100 --shape PROGRAM] [--big MB] [--only PEERS]

Makes valid GeoTIFFs of random bytes (one of 600 MB, 100 of 5 MB) and a catalogue that names them with their lengths and SHA-256 digests, serves
the files by nginx, and lets every program fetch them in turn into an empty folder. A net is `none` or ONE_WAY_DELAY_MS:MBIT; `--shape` is a TCP
proxy that is called as `LISTEN UPSTREAM ONE_WAY_DELAY_MS MBIT`. Swath computes SHA-256 of everything, keeps a journal, checks the structure of each
file and publishes it durably; the others write and are done. Every file is compared with the original afterwards.

Prints one line a run, then the medians as a table in Markdown: wall time, processor time of the program, its most memory (as the system tells it
while it runs), and what curl or whoever was best took in comparison. `--limit` gives the share above the best of the others that is allowed on
`none` and on the other nets (0.2,0.02); the exit code is 1 when swath is beyond it. Only the standard library is used.
"""
import argparse
import hashlib
import json
import os
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SIDE = 128
TILE = SIDE * SIDE * 2
SMALL = 100

NGINX = """worker_processes 1; daemon off; pid {run}/nginx.pid; error_log {run}/error.log;
events {{ worker_connections 1024; }}
http {{
  types {{ image/tiff tif; }}
  access_log off;
  client_body_temp_path {run}/tmp; proxy_temp_path {run}/tmp; fastcgi_temp_path {run}/tmp; uwsgi_temp_path {run}/tmp; scgi_temp_path {run}/tmp;
  sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{port}; root {files}; }}
}}
"""


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--swath", type=Path, required=True)
    ap.add_argument("--shape", type=Path)
    ap.add_argument("--nets", default="none,20:400,50:100")
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--big", type=int, default=600, help="megabytes of the large file")
    ap.add_argument("--only", default="", help="names of programs, with commas; all by default")
    ap.add_argument("--jobs", default="big,small")
    ap.add_argument("--work", type=Path, help="folder for files and results; a temporary one by default")
    ap.add_argument("--limit", default="0.2,0.02")
    a = ap.parse_args()
    a.swath = a.swath.resolve()
    if a.nets != "none" and not a.shape:
        sys.exit("narrower wires take --shape; or give --nets none")
    work = a.work or Path(tempfile.mkdtemp(prefix="swath-downloads-"))
    try:
        work.mkdir(parents=True, exist_ok=True)
        files = make_files(work / "files", a.big)
        rows = []
        for net in a.nets.split(","):
            rows += on_net(a, net, work, files)
        beyond = tell(rows, [float(share) for share in a.limit.split(",")])
        sys.exit(1 if beyond else 0)
    finally:
        if not a.work:
            shutil.rmtree(work, ignore_errors=True)


def make_files(folder, megabytes):
    """Files by name with their length and digest."""
    (folder / "small").mkdir(parents=True, exist_ok=True)
    wanted = {"big.tif": megabytes * 1_000_000, **{f"small/{n:03}.tif": 5_000_000 for n in range(SMALL)}}
    return {name: write_tiff(folder / name, size) for name, size in wanted.items()}


def write_tiff(path, size):
    """A tiled GeoTIFF of one band of random 16-bit pixels, of about this length; returns its length and digest."""
    across = max(1, round((size / TILE) ** 0.5))
    down = max(1, round(size / TILE / across))
    tiles = across * down
    values, entries = b"", []
    count = 15
    at = 8 + 2 + count * 12 + 4
    pixels = at + 8 * tiles + 256

    def entry(tag, kind, number, data):
        nonlocal values
        if len(data) > 4:
            entries.append((tag, kind, number, struct.pack("<I", at + len(values))))
            values += data + b"\0" * (len(data) % 2)
        else:
            entries.append((tag, kind, number, data.ljust(4, b"\0")))

    for tag, value in ((256, across * SIDE), (257, down * SIDE), (258, 16), (259, 1), (262, 1), (277, 1), (284, 1), (322, SIDE), (323, SIDE)):
        entry(tag, 4, 1, struct.pack("<I", value))
    entry(324, 4, tiles, struct.pack(f"<{tiles}I", *(pixels + i * TILE for i in range(tiles))))
    entry(325, 4, tiles, struct.pack(f"<{tiles}I", *[TILE] * tiles))
    entry(339, 3, 1, struct.pack("<H", 1))
    entry(33550, 12, 3, struct.pack("<3d", 10, 10, 0))
    entry(33922, 12, 6, struct.pack("<6d", 0, 0, 0, 500000, 5200020, 0))
    entry(34735, 3, 16, struct.pack("<16H", 1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633))
    assert len(entries) == count and at + len(values) <= pixels
    head = b"II*\0" + struct.pack("<IH", 8, count) + b"".join(struct.pack("<HHI", *e[:3]) + e[3] for e in entries) + b"\0" * 4 + values
    digest, length = hashlib.sha256(), 0
    if path.exists() and path.stat().st_size == pixels + tiles * TILE:
        with open(path, "rb") as file:
            return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    with open(path, "wb") as file:
        for piece in (head.ljust(pixels, b"\0"), *(None for _ in range(tiles))):
            piece = os.urandom(TILE) if piece is None else piece
            digest.update(piece)
            length += file.write(piece)
    return length, digest.hexdigest()


def on_net(a, net, work, files):
    run = work / "run"
    (run / "tmp").mkdir(parents=True, exist_ok=True)
    inner = free_port()
    (run / "nginx.conf").write_text(NGINX.format(run=run, port=inner, files=work / "files"))
    running, port = [subprocess.Popen(["nginx", "-c", run / "nginx.conf"], stderr=subprocess.DEVNULL)], inner
    try:
        wait_for(inner, running[0])
        if net != "none":
            port = free_port()
            running.append(subprocess.Popen([a.shape, str(port), str(inner), *net.split(":")], stdout=subprocess.DEVNULL))
            wait_for(port, running[-1])
        base = f"http://127.0.0.1:{port}"
        rows = []
        for repeat in range(a.repeats):
            for job in a.jobs.split(","):
                names = [name for name in files if (name == "big.tif") == (job == "big")]
                for peer, command in commands(a, base, job, names, work, files):
                    if a.only and not any(peer.startswith(name) for name in a.only.split(",")):
                        continue
                    rows.append(measure(net, job, peer, command, work, [files[name] for name in names]))
        return rows
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait()


def commands(a, base, job, names, work, files):
    urls = [f"{base}/{name}" for name in names]
    if job == "big":
        yield "curl", ["curl", "-sfO", *urls]
        yield "aria2c, 8 connections", ["aria2c", "-q", "-x8", "-s8", "-k1M", "--file-allocation=none", *urls]
        yield "rclone, 8 streams", ["rclone", "copyto", "--multi-thread-streams", "8", "--multi-thread-cutoff", "50M", "--http-url", base, ":http:big.tif", "big.tif"]
    else:
        (work / "list").write_text("".join(f"{name.split('/')[1]}\n" for name in names))
        (work / "urls").write_text("".join(f"{url}\n" for url in urls))
        yield "curl, one by one", ["curl", "-sf", "--remote-name-all", *urls]
        yield "curl --parallel 8", ["curl", "-sf", "-Z", "--parallel-max", "8", "--remote-name-all", *urls]
        yield "aria2c, 8 files", ["aria2c", "-q", "-j8", "--file-allocation=none", "-i", str(work / "urls")]
        yield "rclone, 8 files", ["rclone", "copy", "--transfers", "8", "--no-traverse", "--files-from-raw", str(work / "list"), "--http-url", f"{base}/small", ":http:", "."]
    yield "swath", swath(a, base, names, work, files)


def swath(a, base, names, work, files):
    """The command; the catalogue that it asks and the scenes that it found there are made before."""
    config, catalogue = work / "config", work / "catalogue"
    for folder in (config, catalogue):
        shutil.rmtree(folder, ignore_errors=True)
    (config / "providers").mkdir(parents=True)
    catalogue.mkdir()
    outline = {"type": "Polygon", "coordinates": [[[15, 46], [16, 46], [16, 47], [15, 47], [15, 46]]]}
    links = []
    for number, name in enumerate(names):
        size, digest = files[name]
        day = f"2025-{number // 28 + 1:02}-{number % 28 + 1:02}"
        item = {
            "type": "Feature", "stac_version": "1.0.0", "id": f"S2B_T33TWM_{day.replace('-', '')}T100559_L2A", "collection": "bench", "geometry": outline,
            "bbox": [15, 46, 16, 47], "links": [],
            "properties": {"datetime": f"{day}T10:05:59Z", "platform": "sentinel-2b", "grid:code": "MGRS-33TWM", "proj:epsg": 32633},
            "assets": {"red": {"href": f"{base}/{name}", "file:size": size, "file:checksum": f"1220{digest}"}},
        }
        (catalogue / f"{number}.json").write_text(json.dumps(item))
        links.append({"rel": "item", "href": f"./{number}.json"})
    collection = {"type": "Collection", "stac_version": "1.0.0", "id": "bench", "description": "-", "license": "other", "links": links,
                  "extent": {"spatial": {"bbox": [[15, 46, 16, 47]]}, "temporal": {"interval": [["2025-01-01T00:00:00Z", None]]}}}
    (catalogue / "collection.json").write_text(json.dumps(collection))
    provider = {"id": "bench", "title": "Bench", "kind": {"static": {"folder": str(catalogue)}}, "collections": [
        {"id": "bench", "sensor": "sentinel-2-l2a", "assets": {"red": "red"}}]}
    (config / "providers" / "bench.json").write_text(json.dumps(provider))
    common = [str(a.swath), "--config-dir", str(config), "--no-keychain"]
    search = [*common, "--data-dir", str(work / "search"), "search", "--json", "--provider", "bench", "--bbox", "15.1,46.1,15.9,46.9",
              "--from", "2025-01-01", "--to", "2025-12-31"]
    found = subprocess.run(search, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    shutil.rmtree(work / "search", ignore_errors=True)
    assert found.returncode == 0, found.stderr
    scenes = work / "scenes.jsonl"
    scenes.write_text(found.stdout)
    return [*common, "--data-dir", "data", "download", "--json", "--scenes", str(scenes), "--as", "bands", "--bands", "red", "--parallel", "8"]


def measure(net, job, peer, command, work, expected):
    got = work / "got"
    shutil.rmtree(got, ignore_errors=True)
    got.mkdir()
    # What earlier runs have left to write is not this one's business.
    os.sync()
    most = 0
    began = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], cwd=got, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = []
    reader = threading.Thread(target=lambda: said.append(process.stderr.read()), daemon=True)
    reader.start()
    ended = threading.Event()

    def watch():
        nonlocal most
        while not ended.wait(0.01):
            most = max(most, memory(process.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watcher.join()
    reader.join(2)
    words = b"".join(said).decode(errors="replace")[-400:]
    assert process.returncode == 0, f"{peer} ended with {process.returncode}: {words}"
    came = {}
    for path in got.rglob("*.tif"):
        with open(path, "rb") as file:
            came[path] = (path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
    assert sorted(came.values()) == sorted(expected), f"{peer}: {len(came)} files came, not all of them right"
    row = {"net": net, "job": job, "peer": peer, "wall": wall, "cpu": used.ru_utime + used.ru_stime, "mb": most / 1e6}
    print(json.dumps({key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()}), flush=True)
    return row


def memory(pid):
    """Most memory of a program so far."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def tell(rows, limits):
    """Prints the medians; tells whether swath is slower than it may be."""
    median = lambda key, some: statistics.median(row[key] for row in some)
    beyond = False
    print("\n| net | job | program | wall s | CPU s | memory MB | beside the best |\n|---|---|---|---|---|---|---|")
    for net in dict.fromkeys(row["net"] for row in rows):
        for job in dict.fromkeys(row["job"] for row in rows):
            here = [row for row in rows if (row["net"], row["job"]) == (net, job)]
            peers = {peer: [row for row in here if row["peer"] == peer] for peer in dict.fromkeys(row["peer"] for row in here)}
            others = [median("wall", some) for peer, some in peers.items() if peer != "swath"]
            best = min(others, default=None)
            for peer, some in peers.items():
                wall = median("wall", some)
                beside = f"{wall / best - 1:+.1%}" if best else ""
                wire = "loopback" if net == "none" else "{} ms, {} Mbit/s".format(*net.split(":"))
                print(f"| {wire} | {job} | {peer} | {wall:.2f} | {median('cpu', some):.2f} | {median('mb', some):.0f} | {beside} |")
                beyond |= bool(best) and peer == "swath" and wall > best * (1 + limits[net != "none"])
    return beyond


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_for(port, process):
    for _ in range(400):
        assert process.poll() is None, f"{process.args[0]} has ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.025)
    raise SystemExit(f"nobody listens on {port}")


if __name__ == "__main__":
    main()
