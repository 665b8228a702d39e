"""How close an image is to the truth. Pixels are reflectance x 10 000, [band, y, x], 0 = none; differences are given in 1e-4."""
import numpy as np
from scipy.ndimage import gaussian_filter

COLUMNS = ("coverage", "mae", "bias_free", "p99", "psnr", "ssim", "sam", "seam")


def coverage(image, score):
    """Share of the scored pixels that have a value, percent."""
    return 100 * (image > 0).all(0)[score].mean()


def ssim(x, y, span=0.5):
    """Structural similarity per pixel, Gaussian window of sigma 1.5."""
    blur = lambda v: gaussian_filter(v, 1.5, truncate=3.5)
    mx, my = blur(x), blur(y)
    vx, vy, both = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    return (2 * mx * my + c1) * (2 * both + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))


def seam(image, truth, sets, where):
    """How much larger than in the truth the step is where the set of clear dates changes, relative to elsewhere: 1 is invisible.

    sets [y, x]: a number that names the set of dates; where: pixels that count.
    """
    def ratio(pixels):
        border, other = [0.0, 0], [0.0, 0]
        for axis in (0, 1):
            here = [np.take(v, range(1, v.shape[axis]), axis) for v in (where, sets)]
            before = [np.take(v, range(v.shape[axis] - 1), axis) for v in (where, sets)]
            step = np.abs(np.diff(pixels.astype("f4"), axis=axis + 1)).mean(0)
            both, changes = here[0] & before[0], here[1] != before[1]
            for into, chosen in ((border, both & changes), (other, both & ~changes)):
                into[0] += float(step[chosen].sum())
                into[1] += int(chosen.sum())
        if not border[1] or not other[1] or not other[0]:
            return np.nan
        return border[0] / border[1] / (other[0] / other[1])

    return ratio(image) / ratio(truth)


def sets_of(clear):
    """A number per pixel for the set of dates that are clear there; clear [date, y, x]."""
    numbers = np.zeros(clear.shape[1:], "u8")
    for i, date in enumerate(clear):
        numbers |= date.astype("u8") << np.uint64(i)
    return numbers


def score(image, truth, where, sets=None):
    """All figures on the pixels of `where` that have a value; coverage is that of `where` and is best given apart, on all scored pixels."""
    good = where & (image > 0).all(0) & (truth > 0).all(0)
    if not good.any():
        return {"coverage": 0.0}
    o, t = image[:, good].astype("f4") / 1e4, truth[:, good].astype("f4") / 1e4
    d = o - t
    free = d - np.median(d, axis=1, keepdims=True)
    # elsewhere both are the truth, so that windows over the rim say nothing of what is not scored
    x, y = truth.astype("f4") / 1e4, np.where(good, image, truth).astype("f4") / 1e4
    cosine = (o * t).sum(0) / np.maximum(np.linalg.norm(o, axis=0) * np.linalg.norm(t, axis=0), 1e-9)
    return {
        "coverage": coverage(image, where),
        "mae": 1e4 * float(np.abs(d).mean()),
        "bias_free": 1e4 * float(np.abs(free).mean()),
        "p99": 1e4 * float(np.percentile(np.abs(d).mean(0), 99)),
        "psnr": float(-10 * np.log10(max(float((d * d).mean()), 1e-12))),
        "ssim": float(np.mean([ssim(p, q)[good].mean() for p, q in zip(x, y)])),
        "sam": float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean()),
        "seam": float(seam(image, truth, sets, good)) if sets is not None else float("nan"),
    }


def common(images, where):
    """The scored pixels where every image has a value."""
    out = where.copy()
    for image in images:
        out &= (image > 0).all(0)
    return out
