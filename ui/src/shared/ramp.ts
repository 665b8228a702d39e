/**
 * Colour of a clear share: burnt orange (covered) over sand to blue (clear). Orange and blue stay apart for all
 * common kinds of colour blindness, and lightness peaks in the middle so that the ends also differ in print.
 */
const STOPS: [share: number, colour: [number, number, number]][] = [
  [0, [180, 83, 20]],
  [0.35, [217, 150, 68]],
  [0.6, [176, 176, 160]],
  [0.8, [92, 156, 200]],
  [1, [31, 111, 196]],
];

export const UNKNOWN = "#8a9099";

export function clearColour(share: number | null): string {
  if (share === null) return UNKNOWN;
  const value = Math.min(1, Math.max(0, share));
  const upper = Math.max(1, STOPS.findIndex(([at]) => at >= value));
  const [from, low] = STOPS[upper - 1]!;
  const [to, high] = STOPS[upper]!;
  const weight = (value - from) / (to - from);
  return `#${low.map((part, channel) => hex(part + (high[channel]! - part) * weight)).join("")}`;
}

function hex(value: number): string {
  return Math.round(value).toString(16).padStart(2, "0");
}
