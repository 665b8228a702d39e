import type { Position } from "../ipc/types";

const HEMISPHERE = /^([+-]?\d+(?:\.\d+)?)\s*°?\s*([NSEW])$/i;
const SEPARATOR = /[,，;；]|\s+/;

/**
 * Reads a place. Letters decide where given ("46.1N 7.2E", in either order). Plain numbers are lon, lat as in
 * GeoJSON, unless the second cannot be a latitude, in which case they are lat, lon.
 */
export function parsePlace(text: string): Position | null {
  const parts = text.trim().replace(/(\d)\s*°?\s+([NSEW])\b/gi, "$1$2").split(SEPARATOR).filter(Boolean);
  if (parts.length !== 2) return null;
  const [first, second] = parts as [string, string];
  return lettered(first, second) ?? plain(Number(first), Number(second));
}

function lettered(first: string, second: string): Position | null {
  let lon: number | null = null;
  let lat: number | null = null;
  for (const part of [first, second]) {
    const match = HEMISPHERE.exec(part);
    if (!match) return null;
    const letter = match[2]!.toUpperCase();
    const value = Number(match[1]) * (letter === "S" || letter === "W" ? -1 : 1);
    if (letter === "E" || letter === "W") lon = value;
    else lat = value;
  }
  return lon === null || lat === null ? null : valid([lon, lat]);
}

function plain(first: number, second: number): Position | null {
  return valid([first, second]) ?? valid([second, first]);
}

function valid([lon, lat]: Position): Position | null {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null;
}
