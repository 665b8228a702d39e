import type { GeoJSONSource, GeoJSONSourceSpecification, Map, StyleSpecification } from "maplibre-gl";
import type { Bbox } from "../ipc/types";
import type { Language } from "../settings/settings.svelte";
import { graticule } from "./graticule";
import type { MapPalette } from "./palette";
import type { World } from "./world";

/** Invisible layers that mark where pictures and shapes belong, so that order never depends on arrival. */
export const PICTURES_BELOW = "pictures-below";
export const QUICKLOOK_BELOW = "quicklook-below";
export const SHAPES_BELOW = "shapes-below";

const geojson: GeoJSONSourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

/** Coastlines, borders and names without any remote file; names are drawn from the machine's own fonts. */
export function emptyStyle(palette: MapPalette): StyleSpecification {
  return {
    version: 8,
    sources: { land: geojson, coast: geojson, borders: geojson, graticule: geojson, labels: geojson },
    layers: [
      { id: "ocean", type: "background", paint: { "background-color": palette.ocean } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": palette.land, "fill-antialias": false } },
      { id: "coast", type: "line", source: "coast", paint: { "line-color": palette.coast, "line-width": 0.8 } },
      {
        id: "borders", type: "line", source: "borders",
        paint: { "line-color": palette.border, "line-width": 0.8 },
      },
      {
        id: "graticule", type: "line", source: "graticule",
        paint: { "line-color": palette.graticule, "line-width": 0.5, "line-opacity": 0.35 },
      },
      {
        id: "labels", type: "symbol", source: "labels", maxzoom: 8,
        filter: [">", ["get", "area"], ["step", ["zoom"], 900_000, 2.5, 250_000, 3.5, 60_000, 4.5, 5_000, 5.5, 0]],
        layout: {
          "text-field": ["get", "en"],
          "text-font": ["Inter Variable, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"],
          "text-size": ["interpolate", ["linear"], ["zoom"], 1, 10.5, 5, 13],
          "text-max-width": 7,
          "text-letter-spacing": 0.02,
          "symbol-sort-key": ["-", ["get", "area"]],
        },
        paint: { "text-color": palette.label, "text-halo-color": palette.halo, "text-halo-width": 1.2 },
      },
      { id: PICTURES_BELOW, type: "background", layout: { visibility: "none" } },
      { id: QUICKLOOK_BELOW, type: "background", layout: { visibility: "none" } },
      { id: SHAPES_BELOW, type: "background", layout: { visibility: "none" } },
    ],
  };
}

export function fillWorld(map: Map, world: World): void {
  source(map, "land").setData(world.land);
  source(map, "coast").setData(world.coast);
  source(map, "borders").setData(world.borders);
  source(map, "labels").setData(world.labels);
}

export function followGraticule(map: Map): void {
  const draw = () => {
    const bounds = map.getBounds();
    const bbox: Bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    source(map, "graticule").setData(graticule(bbox, map.getZoom()));
  };
  map.on("moveend", draw);
  draw();
}

export function paintBasemap(map: Map, palette: MapPalette): void {
  map.setPaintProperty("ocean", "background-color", palette.ocean);
  map.setPaintProperty("land", "fill-color", palette.land);
  map.setPaintProperty("coast", "line-color", palette.coast);
  map.setPaintProperty("borders", "line-color", palette.border);
  map.setPaintProperty("graticule", "line-color", palette.graticule);
  map.setPaintProperty("labels", "text-color", palette.label);
  map.setPaintProperty("labels", "text-halo-color", palette.halo);
}

export function nameIn(map: Map, language: Language): void {
  map.setLayoutProperty("labels", "text-field", ["get", language]);
}

/** Lays an online base map over the bundled one, which shows through until the tiles are there. */
export function setOnlineBasemap(map: Map, basemap: { url: string; maxZoom: number } | null): void {
  if (map.getLayer("online")) map.removeLayer("online");
  if (map.getSource("online")) map.removeSource("online");
  if (!basemap) return;
  map.addSource("online", { type: "raster", tiles: [basemap.url], tileSize: 256, maxzoom: basemap.maxZoom });
  map.addLayer({ id: "online", type: "raster", source: "online" }, "borders");
}

function source(map: Map, id: string): GeoJSONSource {
  return map.getSource(id) as GeoJSONSource;
}
