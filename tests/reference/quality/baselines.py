"""What others do, in numpy, so that Swath's images are seen beside it: each takes a case and gives an image [band, y, x], 0 = none."""
import warnings

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter


def usable_and_distance(case, drop=(0, 1, 3, 8, 9, 10)):
    """Metres to the nearest unusable pixel [date, y, x]; 0 where the pixel itself is."""
    clear = ~np.isin(case.scl, drop) & (case.pixels > 0).all(1)
    return np.stack([distance_transform_edt(c) * case.metres if not c.all() else np.full(c.shape, 1e6) for c in clear])


def image(values):
    return np.clip(np.rint(np.nan_to_num(values)), 0, 65535).astype("u2")


def by_band(case, use, reduce):
    """Applies a reduction over dates to the pixels in use, band by band."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return image(np.stack([reduce(np.where(use, case.pixels[:, b], np.nan).astype("f4")) for b in range(case.pixels.shape[1])]))


def quantile(stack, q):
    """Linear between the sorted values that are there, for each pixel; much faster than nanquantile."""
    ordered, count = np.sort(stack, axis=0), np.isfinite(stack).sum(0)
    place = q * np.maximum(count - 1, 0)
    low = place.astype("i4")
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    take = lambda i: np.take_along_axis(ordered, i[None], 0)[0]
    return take(low) + (take(high) - take(low)) * (place - low)


def median(case, buffer_m=0):
    return by_band(case, usable_and_distance(case) > buffer_m, lambda s: quantile(s, 0.5))


def first_quartile(case, buffer_m=0, drop=(0, 1, 3, 8, 9, 10)):
    return by_band(case, usable_and_distance(case, drop) > buffer_m, lambda s: quantile(s, 0.25))


def cdse(case):
    """The recipe of the Copernicus quarterly mosaics."""
    return first_quartile(case, drop=(0, 1, 3, 7, 8, 9, 10))


def graded(case, grades=(720, 360, 120, 0)):
    distance = usable_and_distance(case)
    use = np.zeros(distance.shape, bool)
    for grade in grades:
        use |= (distance > grade) & ~use.any(0)
    return by_band(case, use, lambda s: quantile(s, 0.5))


def wasp(case):
    """Weighted mean by distance to cloud and time, after CNES' WASP; without aerosol."""
    clear = usable_and_distance(case) > 0
    days = np.array([d.toordinal() for d in case.dates], "f4")
    middle = (days[0] + days[-1]) / 2
    in_time = 1 - 0.5 * np.abs(days - middle) / max((days[-1] - days[0]) / 2, 1)
    blurred = lambda c, metres: gaussian_filter((~c).astype("f4"), metres / case.metres)
    weights = np.stack([t * (1 - blurred(c, 480)) * (1 - blurred(c, 2400)) * c for c, t in zip(clear, in_time)])
    total = weights.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return image((weights[:, None] * case.pixels).sum(0) / total)


def geomedian(case, rounds=60, stop=0.5):
    """Weiszfeld's rounds with the Vardi-Zhang step, on all pixels that have a date."""
    clear = usable_and_distance(case) > 0
    out = np.zeros(case.pixels.shape[1:], "f4")
    places = np.flatnonzero(clear.any(0))
    flat, use = case.pixels.reshape(*case.pixels.shape[:2], -1), clear.reshape(clear.shape[0], -1)
    for part in np.array_split(places, max(1, len(places) // 60000)):
        x, m = flat[:, :, part].astype("f4"), use[:, part]
        y = (x * m[:, None]).sum(0) / m.sum(0)
        going = np.arange(len(part))
        for _ in range(rounds):
            d = np.sqrt(((x[:, :, going] - y[:, going]) ** 2).sum(1))
            at = m[:, going] & (d < 1e-3)
            w = np.where(m[:, going] & ~at, 1 / np.maximum(d, 1e-3), 0)
            total = np.maximum(w.sum(0), 1e-12)
            mean = (w[:, None] * x[:, :, going]).sum(0) / total
            r = np.sqrt((((mean - y[:, going]) * total) ** 2).sum(0))
            share = np.where(at.any(0), np.minimum(1, at.sum(0) / np.maximum(r, 1e-9)), 0)
            new = np.where(w.sum(0) > 0, (1 - share) * mean + share * y[:, going], y[:, going])
            moved = np.sqrt(((new - y[:, going]) ** 2).sum(0))
            y[:, going] = new
            going = going[moved > stop]
            if not len(going):
                break
        out.reshape(out.shape[0], -1)[:, part] = y
    return image(out)


def holes(case):
    """For one date: the metres to cloud, what is kept of the date (all beyond 240 m), and the other dates, the nearest first."""
    distance = usable_and_distance(case)
    others = [i for i in range(len(case.dates)) if i != case.target]
    others.sort(key=lambda i: abs((case.dates[i] - case.dates[case.target]).days))
    return distance, distance[case.target] > 240, others


def nearest_copy(case):
    distance, kept, others = holes(case)
    out = np.where(kept, case.pixels[case.target], 0)
    for i in others:
        empty = (out == 0).any(0) & (distance[i] > 0)
        out[:, empty] = case.pixels[i][:, empty]
    return out


def median_of_others(case, buffer_m=0):
    distance, kept, _ = holes(case)
    use = distance > buffer_m
    use[case.target] = False
    return np.where(kept, case.pixels[case.target], by_band(case, use, lambda s: quantile(s, 0.5)))


COMPOSITES = {
    "median": median,
    "median + 240 m": lambda case: median(case, 240),
    "first quartile": first_quartile,
    "as CDSE": cdse,
    "geomedian": geomedian,
    "WASP-like": wasp,
    "graded + median": graded,
}
FILLS = {"nearest copy": nearest_copy, "median of others": median_of_others, "median of others + 240 m": lambda case: median_of_others(case, 240)}
