import type { FiltersView, Sensor } from "../ipc/types";

export type FilterField = keyof FiltersView;
export const FIELDS: FilterField[] = [
  "periods", "season", "minCoverage", "minClear", "platforms", "orbitDirection", "relativeOrbits", "polarisations", "tiers", "tiles", "names",
];

const isRadar = (sensor: Sensor) => sensor.startsWith("sentinel-1");
const isLandsat = (sensor: Sensor) => sensor.startsWith("landsat");

/** Whether a limit says anything about one of the sensors. */
export function applies(field: FilterField, sensors: Sensor[]): boolean {
  switch (field) {
    case "minClear": return sensors.some((sensor) => !isRadar(sensor));
    // Landsat is flown on one side of the orbit only, and is counted in paths instead.
    case "orbitDirection":
    case "relativeOrbits": return sensors.some((sensor) => !isLandsat(sensor));
    case "polarisations": return sensors.some(isRadar);
    case "tiers": return sensors.some(isLandsat);
    case "tiles": return sensors.some((sensor) => !isRadar(sensor));
    default: return true;
  }
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** "06-01"; 29 February is a day of the year. */
export function isMonthDay(text: string): boolean {
  const match = /^(\d{2})-(\d{2})$/.exec(text);
  const [month, day] = [Number(match?.[1]), Number(match?.[2])];
  return match !== null && day >= 1 && day <= (DAYS[month - 1] ?? 0);
}

/** "06-01", also typed as 6-1, 6/1, 0601 or 6月1日; the text itself when it is no day. */
export function readMonthDay(text: string): string {
  const match = /^(\d{1,2})[-/.月](\d{1,2})日?$/.exec(text.trim()) ?? /^(\d{2})(\d{2})$/.exec(text.trim());
  const day = match ? `${match[1]!.padStart(2, "0")}-${match[2]!.padStart(2, "0")}` : "";
  return isMonthDay(day) ? day : text.trim();
}

const words = (text: string): string[] => text.split(/[\s,;，；、]+/).filter(Boolean);

/** Ground tracks, 1 to 175; null when something is none. */
export function parseOrbits(text: string): number[] | null {
  const numbers = words(text).map((word) => (/^[Rr]?0*(\d{1,3})$/.exec(word)?.[1] ? Number(word.replace(/^[Rr]/, "")) : NaN));
  return numbers.every((one) => one >= 1 && one <= 175) ? [...new Set(numbers)] : null;
}

/** MGRS tiles as "33TWL", path and row as "191028"; null when something is neither. */
export function parseTiles(text: string): string[] | null {
  const tiles = words(text).map((word) => {
    const row = /^(\d{1,3})[/-](\d{1,3})$/.exec(word) ?? /^(\d{3})(\d{3})$/.exec(word);
    if (row) return `${row[1]!.padStart(3, "0")}${row[2]!.padStart(3, "0")}`;
    const square = /^T?(\d{1,2})([C-HJ-NP-X][A-HJ-NP-Z][A-HJ-NP-V])$/i.exec(word);
    return square && Number(square[1]) >= 1 && Number(square[1]) <= 60 ? square[1]!.padStart(2, "0") + square[2]!.toUpperCase() : null;
  });
  return tiles.includes(null) ? null : [...new Set(tiles as string[])];
}

/** One product name a line or word; "*" stands for anything. */
export function parseNames(text: string): string[] {
  return [...new Set(words(text))];
}
