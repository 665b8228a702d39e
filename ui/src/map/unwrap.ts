import type { Position } from "geojson";

/**
 * The bundled world is stitched for a sphere: rings run over the 180° meridian. A flat map needs them continuous,
 * so longitudes may pass ±180 here; the map wraps what lies outside.
 */
export function unwrapLine(line: Position[]): Position[] {
  let turn = 0;
  return line.map(([lon = 0, lat = 0], index) => {
    const before = line[index - 1]?.[0] ?? lon;
    if (lon - before > 180) turn -= 360;
    else if (lon - before < -180) turn += 360;
    return [lon + turn, lat];
  });
}

/** A ring that ends a full turn away from its start goes round a pole: it is closed along the map's lower edge. */
export function unwrapRing(ring: Position[]): Position[] {
  const line = unwrapLine(ring);
  const [first = 0] = line[0] ?? [];
  const [last = 0] = line.at(-1) ?? [];
  if (Math.abs(last - first) < 180) return line;
  return [...line, [last, -90], [first, -90], line[0]!];
}
