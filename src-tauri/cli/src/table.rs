//! Numbers and rows as people read them.

use indicatif::DecimalBytes;
use jiff::Timestamp;
use swath_domain::{Band, Grid, Job, Progress};

/// Rows with columns padded to their widest cell; numbers look best right-aligned and stand in `right`.
pub(crate) fn rows(head: &[&str], right: &[usize], cells: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| {
        let longest = cells.iter().map(|row| wide(&row[column])).max().unwrap_or(0);
        longest.max(wide(head[column]))
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let line = |row: &[String]| {
        let cell = |(i, text): (usize, &String)| {
            let gap = " ".repeat(widths[i] - wide(text));
            if right.contains(&i) { format!("{gap}{text}") } else { format!("{text}{gap}") }
        };
        row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head: Vec<String> = head.iter().map(|h| (*h).to_owned()).collect();
    std::iter::once(line(&head)).chain(cells.iter().map(|row| line(row))).collect()
}

/// Columns on a terminal: Chinese characters take two.
fn wide(text: &str) -> usize {
    let double = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{3fffd}');
    text.chars().map(|c| if double(c) { 2 } else { 1 }).sum()
}

pub(crate) fn bytes(bytes: u64) -> String {
    DecimalBytes(bytes).to_string()
}

pub(crate) fn minute(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M").to_string()
}

pub(crate) fn bands(bands: impl IntoIterator<Item = Band>) -> String {
    bands.into_iter().map(Band::name).collect::<Vec<_>>().join(" ")
}

pub(crate) fn grid(grid: &Grid) -> String {
    // Of the systems that images are made in, only plain longitude and latitude has degrees.
    let unit = if grid.crs.epsg_code() == Some(4326) { "°" } else { " m" };
    format!("{} x {} pixels of {}{unit} in {}", grid.width, grid.height, grid.transform.width, grid.crs)
}

/// `blocks 3/12`, or nothing before it began.
pub(crate) fn stage(job: &Job) -> String {
    let Some(stage) = job.progress.stages.last() else { return String::new() };
    match stage.total {
        0 => stage.stage.name().to_owned(),
        total => format!("{} {}/{total}", stage.stage.name(), stage.done),
    }
}

/// What flows, and for how long yet.
pub(crate) fn flow(progress: &Progress) -> String {
    if let Some(seconds) = progress.stalled_seconds {
        return format!("no data for {seconds} s, trying again");
    }
    let mut parts = Vec::new();
    if progress.fetched_bytes > 0 {
        let of = progress.expected_bytes.filter(|all| *all >= progress.fetched_bytes).map(|all| format!(" of {}", bytes(all)));
        parts.push(format!("{}{}", bytes(progress.fetched_bytes), of.unwrap_or_default()));
    }
    if progress.bytes_per_second >= 1.0 {
        parts.push(format!("{}/s", bytes(progress.bytes_per_second as u64)));
    }
    if let Some(seconds) = progress.seconds_left {
        parts.push(format!("{seconds:.0} s left"));
    }
    parts.join(", ")
}
