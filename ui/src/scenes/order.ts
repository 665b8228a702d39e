import type { SceneView, Shares } from "../ipc/types";

export const SORTS = ["date", "clear", "cloud", "coverage"] as const;
export type Sort = (typeof SORTS)[number];

/** First and last day, both included. */
export interface Days { from: string; to: string }

export type SharesOf = (id: string) => Shares | null;

/** A radar sees through clouds, so that it has neither a cloud cover nor a mask to measure. */
export function isRadar(scene: SceneView): boolean {
  return scene.sensor.startsWith("sentinel-1");
}

export function dayOf(scene: SceneView): string {
  return scene.datetime.slice(0, 10);
}

/** Clear share inside the AOI when measured, else what the tile's cloud cover suggests, else null. */
export function clearEstimate(scene: SceneView, sharesOf: SharesOf): number | null {
  const shares = sharesOf(scene.id);
  if (shares) return shares.clear;
  if (isRadar(scene)) return 1;
  return scene.cloudCover === null ? null : 1 - scene.cloudCover / 100;
}

export function within(scene: SceneView, days: Days | null): boolean {
  if (!days) return true;
  const day = dayOf(scene);
  return day >= days.from && day <= days.to;
}

/** The best first: newest, clearest, least cloudy, widest. Ties fall back to the date, so that the order is stable. */
export function sorted(scenes: SceneView[], sort: Sort, reversed: boolean, sharesOf: SharesOf): SceneView[] {
  const key = keyOf(sort, sharesOf);
  const keyed = scenes.map((scene) => ({ scene, key: key(scene) }));
  keyed.sort((a, b) => b.key - a.key || b.scene.datetime.localeCompare(a.scene.datetime) || a.scene.id.localeCompare(b.scene.id));
  const ordered = keyed.map(({ scene }) => scene);
  return reversed ? ordered.reverse() : ordered;
}

function keyOf(sort: Sort, sharesOf: SharesOf): (scene: SceneView) => number {
  switch (sort) {
    case "date": return (scene) => Date.parse(scene.datetime);
    case "clear": return (scene) => clearEstimate(scene, sharesOf) ?? -1;
    case "cloud": return (scene) => -(scene.cloudCover ?? 0);
    case "coverage": return (scene) => scene.coverage;
  }
}
