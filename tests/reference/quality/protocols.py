"""Three ways of asking how close an image comes to the truth.

a: real clouds pasted on clear land, so that the truth is known; b: a real date held out; c: real clouds pasted on one date whose holes are to be
filled from the other real dates. Each gives a `Case`. Pasted fields come with their own SCL, so masks miss and invent what they really do.
"""
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from scipy.ndimage import binary_dilation, distance_transform_edt, label, median_filter

from series import Series, usable

# Order of three cloudy dates, the cloudiest first, as overcast, broken and hazy days follow each other; median and SCL then score as in real life.
MIX = (0, 1, 2, 1, 2, 1, 2, 2)
WHITE = 9000  # what a pixel under an opaque cloud goes to


@dataclass
class Case:
    """pixels [date, band, y, x] uint16 reflectance x 1e4 (0 none); scl [date, y, x]; truth [band, y, x]; score [y, x]: where to compare."""

    name: str
    pixels: np.ndarray
    scl: np.ndarray
    dates: list
    truth: np.ndarray
    score: np.ndarray
    metres: float
    sources: list  # number of the date in the series whose item describes it
    target: int | None = None  # c: the date to be filled

    def clear(self):
        return usable(self.scl)


def clear_and_cloudy(series: Series):
    """Clear dates by number (the first of an orbit is its clearest), and cloudy ones with the clear date of their orbit (else the clearest)."""
    share = [1 - series.clear(i)[series.scl[i] != 0].mean() for i in range(len(series.dates))]
    order = sorted(range(len(share)), key=lambda i: share[i])
    bases = {}
    for i in order:
        if share[i] < 0.08:
            bases.setdefault(series.orbits[i], i)
    if not bases:
        bases = {series.orbits[order[0]]: order[0]}
    clearest = min(bases.values(), key=lambda i: share[i])
    cloudy = [(i, bases.get(series.orbits[i], clearest)) for i in range(len(share)) if i not in bases.values()]
    return list(bases.values()), cloudy


def whole(series, base):
    """A clear date without holes: where it is cloudy or missing, another clear date moved by the median difference; and where that was done."""
    land, known = series.pixels[base].astype("f4"), series.clear(base)
    for other in clear_and_cloudy(series)[0]:
        both = known & series.clear(other)
        new = ~known & series.clear(other)
        if other != base and both.any():
            shift = np.median(series.pixels[other][:, both].astype("f4") - land[:, both], axis=1)
            land[:, new] = np.maximum(series.pixels[other][:, new].astype("f4") - shift[:, None], 1)
            known = known | new
    return np.maximum(land, 1), known


def field(series, cloudy, base):
    """How a cloudy date differs from its clear one: share of the way to white (positive) or factor of darkening - 1 (negative); NaN unknown."""
    land, known = whole(series, base)
    difference = series.pixels[cloudy].astype("f4") - land
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(difference > 0, difference / np.maximum(WHITE - land, 100), difference / land)
    share[:, ~known | (series.scl[cloudy] == 0)] = np.nan
    return share


def paste(land, share):
    moved = np.where(share > 0, land + share * (WHITE - land), land * (1 + share))
    return np.where(np.isnan(moved), 0, np.clip(np.rint(moved), 1, 20000)).astype("u2")


def classes_of(land_scl, cloud_scl):
    """Unusable classes of the pasted field win over those of the land below."""
    return np.where(usable(cloud_scl), land_scl, cloud_scl).astype("u1")


def perfect(made, land, land_scl, cloud_scl):
    """The same date with right masks: changes larger than the day's own haze are cloud or shadow, and all else is the land as it is."""
    seen = (made > 0).all(0)
    clear = seen & usable(cloud_scl)
    change = made.astype("f4") - land
    change -= np.median(change[:, clear], axis=1)[:, None, None] if clear.any() else 0
    blue, nir = (median_filter(change[band], 3) for band in (0, 3))
    shadow = (nir < -0.12 * land[3]) & (blue < 60)
    cloud = binary_dilation((blue > 100) | (nir > 500) & ~shadow) | ~usable(cloud_scl)
    scl = np.where(shadow, 3, np.where(cloud, 9, land_scl)).astype("u1")
    pixels = np.where(shadow | cloud, made, np.where(seen, np.rint(land), 0)).astype("u2")
    return pixels, scl


def grown(scl, pixels):
    """Clouds and shadows dilated (or, below 0, eroded) by so many pixels."""
    out = scl.copy()
    for code in (3, 9):
        mask = np.isin(scl, (8, 9, 10) if code == 9 else (3,))
        if pixels >= 0:
            out[binary_dilation(mask, iterations=pixels) & usable(out)] = code if mask.any() and pixels else 0
        else:
            out[mask & ~(distance_transform_edt(mask) > -pixels)] = 4
    return out


def omitted(scl, rng, share, largest=60):
    """A share of the small cloud and shadow objects is called clear."""
    objects, count = label(np.isin(scl, (3, 8, 9, 10)))
    sizes = np.bincount(objects.ravel(), minlength=count + 1)
    gone = (rng.random(count + 1) < share) & (sizes <= largest)
    gone[0] = False
    return np.where(gone[objects], 4, scl).astype("u1")


def stripes(scl, rng, count=6, width=3):
    """False cirrus in narrow stripes along the flight over land that is clear."""
    yy, xx = np.mgrid[: scl.shape[0], : scl.shape[1]]
    out = scl.copy()
    for _ in range(count):
        at = rng.integers(scl.shape[1])
        out[(np.abs(xx - at + 0.22 * yy) % scl.shape[1] < width) & usable(out)] = 10
    return out


def a(series, k=8, seed=200, dilate=0, omit=0.0, commission=False, swath=False, perfect_masks=False, order=None):
    """K dates of clear land under real clouds, moved by chance; truth is the mean of the clear dates.

    Two clear dates take turns as land, the cloudy ones as fields. Variants: `dilate` pixels of the SCL (negative erodes), `omit` a share of the
    small clouds from it, `commission` stripes, a `swath` edge across every third date, `perfect_masks` instead of SCL; `order` of the cloudy dates, 0 the cloudiest.
    """
    rng = np.random.default_rng(seed)
    bases, cloudy = clear_and_cloudy(series)
    cloudy.sort(key=lambda c: series.clear(c[0]).mean())
    order = order or (MIX if len(cloudy) == 3 else range(len(cloudy)))
    shares = [field(series, *c) for c in cloudy]
    bases = sorted(bases)[:2]
    lands = {base: whole(series, base)[0] for base in bases}
    pixels, scls, sources = [], [], []
    height, width = series.scl.shape[1:]
    for i in range(k):
        base, j = bases[i % len(bases)], order[i % len(order)]
        by = (int(rng.integers(height)), int(rng.integers(width)))
        share, cloud_scl = np.roll(shares[j], by, (1, 2)), np.roll(series.scl[cloudy[j][0]], by, (0, 1))
        land = np.where(series.scl[base] == 0, np.nan, lands[base])
        made = paste(land, share)
        scl = classes_of(series.scl[base], cloud_scl)
        if perfect_masks:
            made, scl = perfect(made, lands[base], series.scl[base], cloud_scl)
        if omit:
            scl = omitted(scl, rng, omit)
        if dilate:
            scl = grown(scl, dilate)
        if commission:
            scl = stripes(scl, rng)
        if swath and i % 3 == 2:
            edge = rng.integers(width // 4, 3 * width // 4)
            outside = np.arange(width)[None, :] + 0.22 * np.arange(height)[:, None] < edge + 0.22 * height / 2
            made[:, outside] = 0
        scl[(made == 0).any(0)] = 0
        made[:, scl == 0] = 0
        pixels.append(made)
        scls.append(scl)
        sources.append(base)
    truth = np.rint(np.mean([lands[base] for base in bases], axis=0)).astype("u2")
    score = np.logical_and.reduce([far_from_unusable(series.scl[base], 2) for base in bases])
    dates = [date(2023, 8, 1) + timedelta(days=3 * i) for i in range(k)]
    return Case(f"A K={k} seed {seed}", np.stack(pixels), np.stack(scls), dates, truth, score, series.metres, sources)


def far_from_unusable(scl, pixels):
    return distance_transform_edt(usable(scl)) > pixels


def b(series, held_out):
    """A real date (number, or day of the month) is held out: truth where it is clear with 720 m around."""
    out = series.at(held_out)
    rest = [i for i in range(len(series.dates)) if i != out]
    score = far_from_unusable(series.scl[out], 720 / series.metres)
    return Case(f"B {series.dates[out]}", series.pixels[rest], series.scl[rest], [series.dates[i] for i in rest], series.pixels[out], score, series.metres, rest)


def c(series, day, seed=300, field_of=None):
    """Real clouds on one clear date; the others are as they were. Scored in the holes: what SCL calls unusable, and 240 m around it.

    The field is that of a cloudy date (the least cloudy but one for an even seed, the least cloudy for an odd one), or of `field_of`.
    """
    target = series.at(day)
    _, cloudy = clear_and_cloudy(series)
    cloudy = [f for f in cloudy if f[0] != target]
    cloudy.sort(key=lambda f: 1 - series.clear(f[0]).mean())
    pick = cloudy[(seed + 1) % 2 if len(cloudy) > 1 else 0] if field_of is None else next(f for f in cloudy if f[0] == series.at(field_of))
    rng = np.random.default_rng(seed)
    by = tuple(int(rng.integers(n)) for n in series.scl.shape[1:])
    land = whole(series, target)[0]
    here = np.where(series.scl[target] == 0, np.nan, series.pixels[target])
    share, cloud_scl = np.roll(field(series, *pick), by, (1, 2)), np.roll(series.scl[pick[0]], by, (0, 1))
    made, scl = paste(here, share), classes_of(series.scl[target], cloud_scl)
    scl[(made == 0).any(0)] = 0
    made[:, scl == 0] = 0
    pixels, scls = series.pixels.copy(), series.scl.copy()
    pixels[target], scls[target] = made, scl
    hole = ~far_from_unusable(scl, 240 / series.metres)
    score = hole & far_from_unusable(series.scl[target], 2)
    numbers = list(range(len(series.dates)))
    return Case(f"C {series.dates[target]} seed {seed}", pixels, scls, list(series.dates), np.rint(land).astype("u2"), score, series.metres, numbers, target)


def cut(case, rows, columns):
    """A part of a case, for quick experiments."""
    s = (Ellipsis, slice(*rows), slice(*columns))
    return replace(case, pixels=case.pixels[s], scl=case.scl[s], truth=case.truth[s], score=case.score[s])
