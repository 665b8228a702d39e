import * as m from "../paraglide/messages.js";

const NOTES: Record<string, () => string> = {
  "closed-ring": m.note_closed_ring,
  "split-antimeridian": m.note_split_antimeridian,
  "dropped-z": m.note_dropped_z,
  "merged-features": m.note_merged_features,
};

/** What was repaired on the way in. A code that is not known here is shown as it is rather than hidden. */
export function noteText(code: string): string {
  return NOTES[code]?.() ?? code;
}
