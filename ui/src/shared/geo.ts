import type { Bbox, Coordinates, Position } from "../ipc/types";

/** Authalic radius of the Earth in kilometres. */
const RADIUS_KM = 6371.0072;
const RAD = Math.PI / 180;

/**
 * Area on the sphere in km². Good to about half a percent, which is enough while the pointer moves;
 * the checked area afterwards comes from the ellipsoid.
 */
export function areaKm2(coordinates: Coordinates): number {
  let sum = 0;
  for (const polygon of coordinates) {
    polygon.forEach((ring, index) => (sum += (index === 0 ? 1 : -1) * ringKm2(ring)));
  }
  return Math.max(0, sum);
}

/** Line integral of Chamberlain and Duquette (2007), JPL publication 07-03. */
function ringKm2(ring: number[][]): number {
  let total = 0;
  for (let index = 0; index < ring.length; index++) {
    const [lon1 = 0, lat1 = 0] = ring[index]!;
    const [lon2 = 0, lat2 = 0] = ring[(index + 1) % ring.length]!;
    total += (lon2 - lon1) * RAD * (2 + Math.sin(lat1 * RAD) + Math.sin(lat2 * RAD));
  }
  return Math.abs((total * RADIUS_KM * RADIUS_KM) / 2);
}

export function bboxOf(coordinates: Coordinates): Bbox {
  const bbox: Bbox = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = 0, lat = 0] of coordinates.flat(2)) {
    bbox[0] = Math.min(bbox[0], lon);
    bbox[1] = Math.min(bbox[1], lat);
    bbox[2] = Math.max(bbox[2], lon);
    bbox[3] = Math.max(bbox[3], lat);
  }
  return bbox;
}

export function rectangle([west, south, east, north]: Bbox): Coordinates {
  return [[[[west, south], [east, south], [east, north], [west, north], [west, south]]]];
}

/** "46.1234° N, 7.2500° E" */
export function positionText([lon, lat]: Position): string {
  const part = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(4)}° ${value < 0 ? negative : positive}`;
  return `${part(lat, "N", "S")}  ${part(lon, "E", "W")}`;
}
