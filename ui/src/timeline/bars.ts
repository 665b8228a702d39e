import type { SceneView } from "../ipc/types";
import { clearEstimate, dayOf, type SharesOf } from "../scenes/order";

export interface Bar {
  day: string;
  /** Best coverage of the AOI on that day, 0 to 1. */
  coverage: number;
  /** Mean clear share of the day's scenes weighted by coverage; null when nothing is known. */
  clear: number | null;
  scenes: number;
}

/** One bar for each acquisition day, in time order. */
export function barsOf(scenes: SceneView[], sharesOf: SharesOf): Bar[] {
  const days = new Map<string, SceneView[]>();
  for (const scene of scenes) {
    const day = dayOf(scene);
    days.set(day, [...(days.get(day) ?? []), scene]);
  }
  return [...days].sort(([a], [b]) => a.localeCompare(b)).map(([day, group]) => barOf(day, group, sharesOf));
}

function barOf(day: string, group: SceneView[], sharesOf: SharesOf): Bar {
  let weight = 0;
  let sum = 0;
  for (const scene of group) {
    const clear = clearEstimate(scene, sharesOf);
    if (clear === null) continue;
    weight += scene.coverage;
    sum += clear * scene.coverage;
  }
  return {
    day,
    coverage: Math.max(...group.map((scene) => scene.coverage)),
    clear: weight > 0 ? sum / weight : null,
    scenes: group.length,
  };
}

const DAY_MS = 86_400_000;

/** Position of a day between 0 and 1, where the last day still has its own width. */
export function shareOfPeriod(day: string, from: string, to: string): number {
  return (Date.parse(day) - Date.parse(from)) / (Date.parse(to) - Date.parse(from) + DAY_MS);
}

export function dayAt(share: number, from: string, to: string): string {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  const index = Math.min(days, Math.max(0, Math.floor(share * (days + 1))));
  return new Date(Date.parse(from) + index * DAY_MS).toISOString().slice(0, 10);
}

export function daysIn(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/** First of each month inside the period, thinned so that at most about a dozen labels stand. */
export function monthTicks(from: string, to: string): string[] {
  const ticks: string[] = [];
  const at = new Date(`${from.slice(0, 7)}-01T00:00:00Z`);
  for (; at.toISOString().slice(0, 10) <= to; at.setUTCMonth(at.getUTCMonth() + 1)) {
    const day = at.toISOString().slice(0, 10);
    if (day >= from) ticks.push(day);
  }
  const every = Math.ceil(ticks.length / 12);
  return ticks.filter((_, index) => index % every === 0);
}
