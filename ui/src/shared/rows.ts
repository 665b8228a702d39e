/** Where each row begins, and at the end where the last one ends. */
export function topsOf(rows: { height: number }[]): Float64Array {
  const tops = new Float64Array(rows.length + 1);
  rows.forEach((row, at) => (tops[at + 1] = tops[at]! + row.height));
  return tops;
}

/** The row that lies at a height, kept inside the list. */
export function rowAt(tops: Float64Array, y: number): number {
  let low = 0;
  let high = tops.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
