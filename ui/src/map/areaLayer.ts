import type { GeoJSONSource, Map } from "maplibre-gl";
import type { Coordinates } from "../ipc/types";
import { SHAPES_BELOW } from "./basemap";
import type { MapPalette } from "./palette";

const SOURCE = "area";

/** The outline of the AOI. A light casing keeps it readable on imagery of any colour. */
export class AreaLayer {
  constructor(private readonly map: Map, palette: MapPalette) {
    map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    map.addLayer({
      id: "area-casing", type: "line", source: SOURCE,
      paint: { "line-color": palette.halo, "line-width": 4.5, "line-opacity": 0.7 },
    }, SHAPES_BELOW);
    map.addLayer({
      id: "area-line", type: "line", source: SOURCE,
      paint: { "line-color": palette.area, "line-width": 2 },
    }, SHAPES_BELOW);
  }

  draw(coordinates: Coordinates | null): void {
    (this.map.getSource(SOURCE) as GeoJSONSource).setData(
      coordinates
        ? { type: "Feature", properties: {}, geometry: { type: "MultiPolygon", coordinates } }
        : { type: "FeatureCollection", features: [] },
    );
  }

  paint(palette: MapPalette): void {
    this.map.setPaintProperty("area-casing", "line-color", palette.halo);
    this.map.setPaintProperty("area-line", "line-color", palette.area);
  }
}
