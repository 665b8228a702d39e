import * as maplibregl from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Backend } from "../ipc/backend";
import { emptyStyle } from "./basemap";
import type { MapPalette } from "./palette";
import { probeOf } from "./probe";

// The library's own way is a blob: worker, which the content security policy refuses.
maplibregl.setWorkerUrl(workerUrl);

/** Makes the map and resolves when layers may be added. */
export async function createMap(container: HTMLElement, palette: MapPalette, backend: Backend): Promise<maplibregl.Map> {
  if (backend.paintTile) registerPainter(backend.paintTile.bind(backend));
  const map = new maplibregl.Map({
    container,
    style: emptyStyle(palette),
    center: [12, 24],
    zoom: 1.35,
    minZoom: 0.6,
    maxZoom: 18,
    attributionControl: false,
    // Also makes the library load tiles through img elements, which the policy allows for our schemes.
    refreshExpiredTiles: false,
    fadeDuration: 120,
    pitchWithRotate: false,
  });
  map.touchZoomRotate.disableRotation();
  await map.once("load");
  window.__swath = Object.freeze({ map: probeOf(map) });
  return map;
}

function registerPainter(paint: (url: string) => Promise<ArrayBuffer>): void {
  maplibregl.addProtocol("fake", async ({ url }) => ({ data: await paint(url) }));
}
