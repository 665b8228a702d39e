//! Neighbourhoods of marks.

/// Marked where at least five of the 3 x 3 around are; beyond the edge the edge goes on.
pub(super) fn majority(marks: &[bool], width: usize) -> Vec<bool> {
    let height = marks.len() / width;
    let row = |y: usize| &marks[y * width..][..width];
    let mut out = vec![false; marks.len()];
    for (y, line) in out.chunks_exact_mut(width).enumerate() {
        let rows = [row(y.saturating_sub(1)), row(y), row((y + 1).min(height - 1))];
        let column = |x: usize| rows.iter().map(|r| u8::from(r[x])).sum::<u8>();
        let (mut left, mut here) = (column(0), column(0));
        for (x, mark) in line.iter_mut().enumerate() {
            let right = column((x + 1).min(width - 1));
            *mark = left + here + right >= 5;
            (left, here) = (here, right);
        }
    }
    out
}

/// Marks and what is within `radius` pixels of one along rows and columns (a square).
pub(super) fn dilate(marks: &[bool], width: usize, radius: usize) -> Vec<bool> {
    let mut wide = vec![false; marks.len()];
    for (line, out) in marks.chunks_exact(width).zip(wide.chunks_exact_mut(width)) {
        spread(width, radius, |x| line[x], |x| out[x] = true);
    }
    let (height, mut grown) = (marks.len() / width, vec![false; marks.len()]);
    // Whole rows at a time: columns one by one would jump through memory.
    let mut until = vec![0usize; width];
    for down in [true, false] {
        until.fill(0);
        for n in 0..height {
            let y = if down { n } else { height - 1 - n };
            for (x, until) in until.iter_mut().enumerate() {
                if wide[y * width + x] {
                    *until = n + radius + 1;
                }
                if n < *until {
                    grown[y * width + x] = true;
                }
            }
        }
    }
    grown
}

fn spread(length: usize, radius: usize, marked: impl Fn(usize) -> bool, mut mark: impl FnMut(usize)) {
    let mut next = 0;
    for x in (0..length).filter(|x| marked(*x)) {
        for at in next.max(x.saturating_sub(radius))..(x + radius + 1).min(length) {
            mark(at);
        }
        next = (x + radius + 1).min(length);
    }
}

/// Grows `marks` inside `room` by so many pixels, through the eight neighbours.
pub(super) fn grow_inside(marks: &mut [bool], room: &[bool], width: usize, steps: usize) {
    let mut front: Vec<usize> = (0..marks.len()).filter(|i| marks[*i]).collect();
    for _ in 0..steps {
        let mut next = Vec::new();
        for from in front {
            for i in neighbours(from, width, marks.len()) {
                if room[i] && !marks[i] {
                    marks[i] = true;
                    next.push(i);
                }
            }
        }
        front = next;
    }
}

/// The pixels of every group of marks that touch each other (eight neighbours), groups in the order of their first pixel.
pub(super) fn objects(marks: &[bool], width: usize) -> Vec<Vec<u32>> {
    let mut left = marks.to_vec();
    let mut objects = Vec::new();
    for first in 0..left.len() {
        if !std::mem::take(&mut left[first]) {
            continue;
        }
        let (mut object, mut next) = (vec![first as u32], 0);
        while let Some(from) = object.get(next).map(|i| *i as usize) {
            next += 1;
            for i in neighbours(from, width, marks.len()) {
                if std::mem::take(&mut left[i]) {
                    object.push(i as u32);
                }
            }
        }
        objects.push(object);
    }
    objects
}

/// The eight pixels around one, or fewer at the edge.
pub(super) fn neighbours(i: usize, width: usize, len: usize) -> impl Iterator<Item = usize> {
    let (x, y, height) = ((i % width) as isize, (i / width) as isize, (len / width) as isize);
    const AROUND: [(isize, isize); 8] = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)];
    AROUND.into_iter().filter_map(move |(dy, dx)| {
        let (x, y) = (x + dx, y + dy);
        (x >= 0 && y >= 0 && x < width as isize && y < height).then(|| y as usize * width + x as usize)
    })
}
