const NARROW_PX = 7.8;
const PADDING_PX = 24;
const LEAST_PX = 56;
const MOST_PX = 260;

/** Width of a column of text that fits most of it; a Chinese character is twice as wide as a Latin one. */
export function columnWidth(texts: string[]): number {
  const longest = texts.reduce((most, text) => Math.max(most, advance(text)), 0);
  return Math.min(MOST_PX, Math.max(LEAST_PX, longest * NARROW_PX + PADDING_PX));
}

function advance(text: string): number {
  let sum = 0;
  for (const character of text) sum += character.codePointAt(0)! >= 0x2e80 ? 1.6 : 1;
  return sum;
}
