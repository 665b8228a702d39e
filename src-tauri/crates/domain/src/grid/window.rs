//! A rectangle of pixels of some grid.

use serde::{Deserialize, Serialize};

/// Column and row of the upper left pixel, and the number of columns and rows (each at least 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Window {
    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.width as usize * self.height as usize
    }

    /// The shared pixels, if any.
    pub fn intersection(&self, other: &Window) -> Option<Window> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let right = (self.x + self.width).min(other.x + other.width);
        let bottom = (self.y + self.height).min(other.y + other.height);
        (right > x && bottom > y).then(|| Window { x, y, width: right - x, height: bottom - y })
    }

    /// Grown by a margin on every side, but not beyond a grid of the given shape: what a filter needs to see around a block.
    pub fn grown(&self, margin: u32, (width, height): (u32, u32)) -> Window {
        let (x, y) = (self.x.saturating_sub(margin), self.y.saturating_sub(margin));
        let right = (self.x + self.width).saturating_add(margin).min(width);
        let bottom = (self.y + self.height).saturating_add(margin).min(height);
        Window { x, y, width: right - x, height: bottom - y }
    }
}
