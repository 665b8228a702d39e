import * as m from "../paraglide/messages.js";

/** One sentence for each `AoiNote` of the Rust side. */
export const NOTES: Record<string, () => string> = {
  "closed-ring": m.note_closed_ring,
  "dropped-z": m.note_dropped_z,
  "split-antimeridian": m.note_split_antimeridian,
  "merged-features": m.note_merged_features,
  "covers-pole": m.note_covers_pole,
  "rewound": m.note_rewound,
  "dropped-duplicates": m.note_dropped_duplicates,
  "repaired-outline": m.note_repaired_outline,
  "left-out-features": m.note_left_out_features,
  "left-out-junk": m.note_left_out_junk,
  "reprojected": m.note_reprojected,
  "assumed-lon-lat": m.note_assumed_lon_lat,
  "swapped-lat-lon": m.note_swapped_lat_lon,
  "closed-line": m.note_closed_line,
  "buffered": m.note_buffered,
  "took-hull": m.note_took_hull,
};

/** What was repaired on the way in. A code that is not known here is shown as it is rather than hidden. */
export function noteText(code: string): string {
  return NOTES[code]?.() ?? code;
}
