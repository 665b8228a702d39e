import * as m from "../paraglide/messages.js";

/** What a layer holds, in the user's words; a word of a format that is not known here stays as it is. */
export function geometryWord(geometry: string): string {
  const plain = geometry.toLowerCase().replaceAll(/[^a-z]/g, "");
  if (/^(multi)?(polygon|surface)s?[zm]*$/.test(plain)) return m.geometry_polygons();
  if (/^(multi)?(linestring|line|curve)s?[zm]*$/.test(plain)) return m.geometry_lines();
  if (/^(multi)?points?[zm]*$/.test(plain)) return m.geometry_points();
  if (/^(mixed|unknown|any|geometry(collection)?|collection)$/.test(plain)) return m.geometry_mixed();
  if (plain === "none" || plain === "") return m.geometry_none();
  return geometry;
}
