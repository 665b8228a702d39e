import type { ExpressionSpecification, GeoJSONSource, Map } from "maplibre-gl";
import type { HandChoice } from "../ipc/types";
import { SHAPES_BELOW } from "./basemap";
import type { MapPalette } from "./palette";

const SOURCE = "by-hand";

/** What somebody marked as cloud or as clear ground. */
export class HandLayer {
  constructor(private readonly map: Map, palette: MapPalette) {
    map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    map.addLayer({ id: "by-hand-fill", type: "fill", source: SOURCE, paint: { "fill-color": colour(palette), "fill-opacity": 0.18 } }, SHAPES_BELOW);
    map.addLayer({
      id: "by-hand-line", type: "line", source: SOURCE, paint: { "line-color": colour(palette), "line-width": 1.5, "line-dasharray": [3, 2] },
    }, SHAPES_BELOW);
  }

  draw(drawn: HandChoice[]): void {
    (this.map.getSource(SOURCE) as GeoJSONSource).setData({
      type: "FeatureCollection",
      features: drawn.map(({ shows, area }) => ({
        type: "Feature", properties: { shows }, geometry: { type: "MultiPolygon", coordinates: area },
      })),
    });
  }

  paint(palette: MapPalette): void {
    this.map.setPaintProperty("by-hand-fill", "fill-color", colour(palette));
    this.map.setPaintProperty("by-hand-line", "line-color", colour(palette));
  }
}

function colour(palette: MapPalette): ExpressionSpecification {
  return ["match", ["get", "shows"], "cloud", palette.markedCloud, palette.markedClear];
}
