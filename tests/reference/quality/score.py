#!/usr/bin/env python3
"""How close cloud-free images come to the truth: Swath beside what others do. See README.md in this folder.

    score.py --swath PROGRAM [--series FOLDER] [--protocols a,b,c,demo] [--k 4,8,16] [--seeds 200] [--variants all] [--recipes default,...]

Prints a table in Markdown for each protocol: coverage of all scored pixels, then the figures on the pixels that every row has, in 1e-4 of
reflectance, and MAE and PSNR on each row's own pixels. Without --swath only the peers are scored. `--json FILE` keeps everything.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import baselines
import catalogue
import demo
import engine
import metrics
import protocols
import series as real

DATA = Path(os.environ.get("SWATH_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data/rasters/sentinel-2/earth-search-33TWL-2023-08-series"
VARIANTS = {"": {}, "dilated 1 px": {"dilate": 1}, "eroded 1 px": {"dilate": -1}, "half of small clouds missed": {"omit": 0.5},
            "false stripes": {"commission": True}, "swath edges": {"swath": True}, "right masks": {"perfect_masks": True}}
HEADS = ("coverage %", "MAE", "bias-free", "p99", "PSNR", "SSIM", "SAM °", "seam", "own MAE", "own PSNR", "s")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--swath", type=Path)
    ap.add_argument("--series", type=Path, default=DATA)
    ap.add_argument("--protocols", default="a,b,c")
    ap.add_argument("--k", default="4,8,16")
    ap.add_argument("--seeds", default="200")
    ap.add_argument("--variants", default="", help="`all`, or names with commas, for protocol a with the middle K")
    ap.add_argument("--recipes", default="", help="names with commas; all by default")
    ap.add_argument("--no-peers", action="store_true")
    ap.add_argument("--days", default="13,15,20", help="held-out days of protocol b; of c those that are clear")
    ap.add_argument("--demo-size", type=int, default=1020)
    ap.add_argument("--work", type=Path)
    ap.add_argument("--json", type=Path)
    cfg = ap.parse_args()
    if cfg.swath:
        cfg.swath = cfg.swath.resolve()
    work = cfg.work or Path(tempfile.mkdtemp(prefix="swath-quality-"))
    kept = {}
    try:
        for title, case, crs, transform, folder in cases(cfg, work):
            rows = score(cfg, work, title, case, crs, transform, folder)
            kept[title] = rows
            if cfg.json:
                cfg.json.write_text(json.dumps(kept, indent=1))
    finally:
        if not cfg.work:
            shutil.rmtree(work, ignore_errors=True)


def cases(cfg, work):
    """Title, case, grid, and the folder of its catalogue if it has one already."""
    wanted = cfg.protocols.split(",")
    ks, seeds = [int(k) for k in cfg.k.split(",")], [int(s) for s in cfg.seeds.split(",")]
    if set(wanted) & {"a", "b", "c"}:
        dates = real.load(cfg.series)
        grid = (dates.crs, dates.transform, None)
    if "a" in wanted:
        chosen = VARIANTS if cfg.variants == "all" else {"": {}} | {v: VARIANTS[v] for v in cfg.variants.split(",") if v}
        for seed in seeds:
            for k in ks:
                yield f"A, K = {k}, seed {seed}", protocols.a(dates, k, seed), *grid
            for name, how in chosen.items():
                if name:
                    k = ks[len(ks) // 2]
                    yield f"A, K = {k}, seed {seed}, {name}", protocols.a(dates, k, seed, **how), *grid
    days = [day for day in cfg.days.split(",") if any(str(d.day) == day for d in dates.dates)] if set(wanted) & {"b", "c"} else []
    if "b" in wanted:
        for day in days:
            yield f"B, {day} held out", protocols.b(dates, day), *grid
    if "c" in wanted:
        clear = {dates.dates[i].day for i in protocols.clear_and_cloudy(dates)[0]}
        for day in (d for d in days if int(d) in clear):
            for seed in (300, 301):
                yield f"C, {day}, seed {seed}", protocols.c(dates, day, seed), *grid
    if "demo" in wanted:
        if not cfg.swath:
            sys.exit("the demo is made by --swath PROGRAM")
        case, crs, transform, folder = demo.case(cfg.swath, work / "demo", cfg.demo_size)
        yield "Demo", case, crs, transform, folder


def score(cfg, work, title, case, crs, transform, folder):
    rows, told = {}, {}
    filling = case.target is not None
    for name, peer in ({} if cfg.no_peers else baselines.FILLS if filling else baselines.COMPOSITES).items():
        rows[name] = (peer(case), float("nan"))
    if cfg.swath:
        here = work / "case"
        shutil.rmtree(here, ignore_errors=True)
        engine.provider(here / "config", folder or catalogue.write(case, crs, transform, here / "catalogue"))
        for name, (mask, composite) in recipes(cfg, case).items():
            try:
                made = engine.run(cfg.swath, here, f"quality {len(rows)}", case.dates, crs, transform, case.scl.shape[1:], mask, composite)
                rows[f"**{name}**"] = (made.image, made.seconds)
                if filling:
                    told[name] = kept_bits(case, made.image)
            except engine.Failed as error:
                told[name] = str(error)
    return table(title, case, rows, told)


def recipes(cfg, case):
    all_of = engine.RECIPES
    if case.target is not None:
        fill = {"method": {"fill": {"date": str(case.dates[case.target])}}}
        all_of = {"fill": ({}, fill), "fill plain": ({}, {**engine.PLAIN, **fill})}
    wanted = [name for name in cfg.recipes.split(",") if name in all_of]
    return {name: all_of[name] for name in wanted or all_of}


def kept_bits(case, image):
    """Whether clear pixels of the kept date came out as they went in."""
    far = baselines.usable_and_distance(case)[case.target] > 240
    same = (image == case.pixels[case.target]).all(0)
    return f"{100 * same[far].mean():.3f} % of the kept date's pixels beyond 240 m from cloud are bit-identical"


def table(title, case, rows, told):
    sets = metrics.sets_of(case.clear())
    common = metrics.common([image for image, _ in rows.values()], case.score)
    print(f"\n### {title} ({100 * case.score.mean():.0f} % of the tile scored, {100 * common.sum() / max(case.score.sum(), 1):.1f} % of that common)\n")
    print("| | " + " | ".join(HEADS) + " |\n|---" + "|---" * len(HEADS) + "|")
    kept = {}
    for name, (image, seconds) in rows.items():
        own = metrics.score(image, case.truth, case.score)
        on_common = metrics.score(image, case.truth, common, sets)
        figures = [own["coverage"], *(on_common.get(c, np.nan) for c in metrics.COLUMNS[1:]), own.get("mae", np.nan), own.get("psnr", np.nan), seconds]
        print(f"| {name} | " + " | ".join(f"{v:.{d}f}" for v, d in zip(figures, (2, 1, 1, 0, 2, 3, 2, 3, 1, 2, 1))) + " |", flush=True)
        kept[name] = dict(zip(HEADS, map(float, figures)))
    for name, what in told.items():
        print(f"\n{name}: {what}")
    return kept


if __name__ == "__main__":
    main()
