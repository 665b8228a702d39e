/**
 * Colours of what is told about pixels. They lie over any base map in both themes, so they do not change with the theme; lightness grows
 * along the ramp, and the classes differ in lightness too, for all kinds of colour blindness.
 */
export const RAMP = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"];

/** From the most cautious grade of distance from cloud to the last one. */
const GRADES = ["#0b4f8a", "#2f7fc1", "#74b3e0", "#b5d8f0"];
const SUSPECT = "#d7301f";
const FILLED = "#f4a020";
const SIMILAR = "#f9d06b";
const KEPT = "#1b7a4b";
const REPLACED = "#b58bd6";

/** The colour of a number of the layer `how`. */
export function howColour(how: number): string {
  const others: Record<number, string> = { 20: SUSPECT, 30: FILLED, 31: SIMILAR, 40: KEPT, 41: REPLACED };
  return others[how] ?? GRADES[Math.min(Math.max(how, 1), GRADES.length) - 1]!;
}

/** The ramp as a CSS background, from left to right. */
export const RAMP_BACKGROUND = `linear-gradient(to right, ${RAMP.join(", ")})`;
