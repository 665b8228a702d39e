import type { Map } from "maplibre-gl";

/**
 * The map is one canvas, so a window test cannot find a place on it by selector. This tells such a test where to
 * click and when the map is still. It can read and nothing else.
 */
export interface MapProbe {
  /** Position in CSS pixels of the page. */
  project(lon: number, lat: number): { x: number; y: number };
  /** Ids of the layers from bottom to top. */
  layers(): string[];
  /** True when nothing moves and nothing is loading. */
  readonly idle: boolean;
  readonly zoom: number;
}

export function probeOf(map: Map): MapProbe {
  return Object.freeze({
    project(lon: number, lat: number) {
      const corner = map.getCanvas().getBoundingClientRect();
      const point = map.project([lon, lat]);
      return { x: corner.left + point.x, y: corner.top + point.y };
    },
    layers: () => map.getLayersOrder(),
    get idle() {
      return map.loaded() && !map.isMoving();
    },
    get zoom() {
      return map.getZoom();
    },
  });
}

declare global {
  interface Window {
    __swath?: { readonly map: MapProbe };
  }
}
