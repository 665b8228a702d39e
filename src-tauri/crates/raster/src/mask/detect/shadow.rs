//! Which dark pixels are shadow: those where a cloud, moved along the sun's ray, fits.

use super::cloud::Clouds;
use super::darkness::Darkness;
use super::morphology::{dilate, grow_inside, majority, objects};
use super::project::Ray;
use super::spectrum::Scene;

/// Pixels of a cloud that are moved to find its height; more tell no more.
const POINTS: usize = 1000;
/// Moved pixels in the whole scene, a bound on time.
const MOVES: usize = 300_000_000;
/// Groups smaller than this are not matched by themselves.
const SMALLEST: usize = 4;
/// A fit is as good as the best from this share of its evidence on (FORCE).
const AS_GOOD: f64 = 0.85;
/// Evidence (standard deviations) from which on a cloud tells its own height.
const TELLS: f64 = 3.0;
/// Edge of the pieces of wide clouds, metres.
const PIECE_M: f64 = 6000.0;
/// How many times the odds of chance must be those of clouds meeting dark land, all together.
pub(super) const EVIDENT: f64 = 2.0;
/// Share of a dark group that must be reached for all of it to count.
const REACHED: f64 = 0.5;
/// With less cloud in the scene than this share, none is assumed beyond its edge.
const CLOUDY: f64 = 0.02;

/// Shadow of clouds.
pub(super) fn shadows(scene: &Scene, clouds: &Clouds, dark: &Darkness) -> Vec<bool> {
    let none = vec![false; scene.len()];
    let width = scene.given.width;
    // Cirrus is too thin for a shadow that could be told from the ground.
    let cloud = &clouds.opaque;
    if !cloud.contains(&true) || !dark.possible.contains(&true) {
        return none;
    }
    let Some(ray) = Ray::of_sun(scene).or_else(|| Ray::of_best_shift(scene, cloud, &dark.sure)) else { return none };
    let Some(cast) = cast(scene, cloud, dark, &ray) else { return none };

    let room: Vec<bool> = dark.possible.iter().zip(&dark.sure).map(|(a, b)| *a || *b).collect();
    let near = dilate(&cast.on, width, scene.pixels(90.0).min(4));
    let mut shadow: Vec<bool> = near.iter().zip(&room).map(|(a, b)| *a && *b).collect();
    for object in objects(&room, width) {
        let reached = object.iter().filter(|i| near[**i as usize]).count();
        if reached as f64 > REACHED * object.len() as f64 {
            object.iter().for_each(|i| shadow[*i as usize] = true);
        }
    }
    grow_inside(&mut shadow, &room, width, scene.pixels(180.0));
    let share = cloud.iter().filter(|c| **c).count() as f64 / scene.seen.iter().filter(|s| **s).count().max(1) as f64;
    if share > CLOUDY {
        from_beyond(scene, &ray, cast.usual, &room, &mut shadow);
    }
    let smooth = majority(&shadow, width);
    (0..scene.len()).map(|i| smooth[i] && scene.seen[i] && !clouds.any(i)).collect()
}

/// Dark pixels whose cloud would lie beyond the edge of what was seen.
fn from_beyond(scene: &Scene, ray: &Ray, distance: f64, room: &[bool], shadow: &mut [bool]) {
    let (dx, dy) = ray.shift(distance);
    for i in (0..room.len()).filter(|i| room[*i]) {
        shadow[i] |= moved(scene, i, -dx, -dy).is_none_or(|from| !scene.seen[from]);
    }
}

/// The pixel so many columns and rows away.
fn moved(scene: &Scene, i: usize, dx: isize, dy: isize) -> Option<usize> {
    let (width, height) = (scene.given.width as isize, scene.given.height as isize);
    let (x, y) = (i as isize % width + dx, i as isize / width + dy);
    (x >= 0 && y >= 0 && x < width && y < height).then_some((y * width + x) as usize)
}

/// Where shadows would fall.
struct Cast {
    on: Vec<bool>,
    /// The distance that fits the scene best, pixels.
    usual: f64,
}

fn cast(scene: &Scene, cloud: &[bool], dark: &Darkness, ray: &Ray) -> Option<Cast> {
    let groups = pieces(scene, objects(cloud, scene.given.width));
    let step = (50.0 / scene.given.pixel_m).max(1.0);
    // At a low sun shadows would reach across many scenes.
    let far = ray.reach.1.min((scene.given.width as f64).hypot(scene.given.height as f64));
    let near = ray.reach.0.min(far);
    let distances: Vec<f64> = (0..=((far - near) / step) as usize).map(|n| near + n as f64 * step).collect();
    let points: usize = groups.iter().map(|g| g.len().min(POINTS)).sum();
    let most = (MOVES / (points * distances.len()).max(1)).clamp(0, 1) * POINTS;
    let most = if most == 0 { (POINTS * (MOVES / distances.len()) / points).max(20) } else { most };
    let open = |i: usize| scene.seen[i] && !cloud[i];
    let count = |marks: &dyn Fn(usize) -> bool| (0..scene.len()).filter(|i| marks(*i)).count() as f64;
    let base = (count(&|i| dark.sure[i]) / count(&open).max(1.0)).clamp(0.01, 0.9);

    let mut met = vec![(0.0, 0.0); distances.len()];
    let mut evidence = |group: &[u32]| -> Vec<f64> {
        let every = (group.len() / most).max(1);
        let of_distance = |(distance, met): (&f64, &mut (f64, f64))| {
            let (dx, dy) = ray.shift(*distance);
            let (mut hits, mut seen) = (0usize, 0usize);
            for i in group.iter().step_by(every) {
                if let Some(to) = moved(scene, *i as usize, dx, dy).filter(|to| open(*to)) {
                    seen += 1;
                    hits += usize::from(dark.sure[to]);
                }
            }
            *met = (met.0 + (hits * every) as f64, met.1 + (seen * every) as f64);
            if seen * every * 10 < group.len() || seen == 0 {
                return f64::MIN;
            }
            (hits as f64 - base * seen as f64) / (seen as f64 * base * (1.0 - base)).sqrt() * (every as f64).sqrt()
        };
        distances.iter().zip(&mut met).map(of_distance).collect()
    };
    let evidences: Vec<Vec<f64>> = groups.iter().map(|g| if g.len() < SMALLEST { Vec::new() } else { evidence(g) }).collect();
    let usual = usual(&evidences, distances.len())?;
    let best = usual.iter().enumerate().fold(0, |best, (n, value)| if *value > usual[best] { n } else { best });
    // What is dark by chance is met by chance, at any distance.
    let (dark_met, met) = met[best];
    if odds(dark_met / met) < EVIDENT * odds(base) {
        return None;
    }
    let mut on = vec![false; scene.len()];
    for (group, own) in groups.iter().zip(&evidences) {
        for distance in good(own, &usual).map(|n| distances[n]) {
            let (dx, dy) = ray.shift(distance);
            group.iter().filter_map(|i| moved(scene, *i as usize, dx, dy)).for_each(|to| on[to] = true);
        }
    }
    Some(Cast { on, usual: distances[best] })
}

/// Of a share: unlike the share itself, they can also double where much is dark already.
pub(super) fn odds(share: f64) -> f64 {
    share / (1.0 - share).max(1e-6)
}

/// Wide clouds in pieces, since they lie at several heights.
fn pieces(scene: &Scene, objects: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    let (width, edge) = (scene.given.width, scene.pixels(PIECE_M));
    let mut pieces = Vec::new();
    for mut object in objects {
        if object.len() <= edge * edge {
            pieces.push(object);
            continue;
        }
        let place = |i: &u32| (*i as usize / width / edge, *i as usize % width / edge);
        object.sort_unstable_by_key(|i| (place(i), *i));
        pieces.extend(object.chunk_by(|a, b| place(a) == place(b)).map(<[u32]>::to_vec));
    }
    pieces
}

/// What all clouds together say of each distance, 1 the best; `None` when no cloud fits anywhere.
fn usual(evidences: &[Vec<f64>], distances: usize) -> Option<Vec<f64>> {
    let mut sum = vec![0.0; distances];
    for own in evidences {
        sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own.max(0.0));
    }
    // Heights scatter: neighbours speak for each other.
    let at = |n: isize| sum[n.clamp(0, distances as isize - 1) as usize];
    let smooth = |n: usize| [1.0, 4.0, 6.0, 4.0, 1.0].iter().zip(-2..).map(|(weight, k)| weight * at(n as isize + k)).sum::<f64>();
    let smooth: Vec<f64> = (0..distances).map(smooth).collect();
    let most = smooth.iter().copied().fold(0.0, f64::max);
    (most > 0.0).then(|| smooth.iter().map(|v| v / most).collect())
}

/// The distances that fit one cloud: by its own evidence and by what is usual in the scene, half and half; by the latter alone when its own is
/// weak.
fn good<'a>(own: &[f64], usual: &'a [f64]) -> impl Iterator<Item = usize> + 'a {
    let most = own.iter().copied().fold(f64::MIN, f64::max);
    let score: Vec<f64> =
        if most > TELLS { own.iter().zip(usual).map(|(own, usual)| own + usual * most).collect() } else { usual.to_vec() };
    let best = score.iter().copied().fold(f64::MIN, f64::max);
    (0..usual.len()).filter(move |n| score[*n] >= AS_GOOD * best)
}
