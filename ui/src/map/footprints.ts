import type { GeoJSONSource, Map, MapMouseEvent } from "maplibre-gl";
import type { SceneView } from "../ipc/types";
import { clearEstimate, type SharesOf } from "../scenes/order";
import { clearColour } from "../shared/ramp";
import { SHAPES_BELOW } from "./basemap";
import type { MapPalette } from "./palette";

const SOURCE = "footprints";

export interface FootprintListener {
  hover(id: string | null): void;
  pick(id: string): void;
  /** False while somebody draws: then the pointer belongs to the drawing. */
  listening(): boolean;
}

/** Outlines of the visible scenes, coloured by how clear they are inside the AOI. */
export class Footprints {
  #hovered: string | null = null;
  #marked = new Set<string>();

  constructor(private readonly map: Map, palette: MapPalette, listener: FootprintListener) {
    map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] }, promoteId: "id" });
    const strong = ["any", state("hover"), state("selected")] as const;
    map.addLayer({
      id: "footprint-fill", type: "fill", source: SOURCE,
      paint: { "fill-color": ["get", "colour"], "fill-opacity": ["case", state("hover"), 0.28, 0] },
    }, SHAPES_BELOW);
    map.addLayer({
      id: "footprint-line", type: "line", source: SOURCE,
      layout: { "line-sort-key": ["get", "clear"], "line-join": "round" },
      paint: {
        "line-color": ["get", "colour"],
        "line-width": ["case", strong as never, 2.25, 1],
        "line-opacity": ["case", strong as never, 1, 0.55],
      },
    }, SHAPES_BELOW);
    map.addLayer({
      id: "footprint-hover", type: "line", source: SOURCE,
      paint: { "line-color": palette.hover, "line-width": 1, "line-offset": -2, "line-opacity": ["case", state("hover"), 0.9, 0] },
    }, SHAPES_BELOW);
    map.on("mousemove", (event) => listener.listening() && listener.hover(this.#at(event)));
    map.on("mouseout", () => listener.hover(null));
    map.on("click", (event) => {
      const id = listener.listening() ? this.#at(event) : null;
      if (id) listener.pick(id);
    });
  }

  draw(scenes: SceneView[], sharesOf: SharesOf): void {
    const features = scenes.map((scene) => {
      const clear = clearEstimate(scene, sharesOf);
      return {
        type: "Feature" as const,
        properties: { id: scene.id, colour: clearColour(clear), clear: clear ?? 0 },
        geometry: { type: "MultiPolygon" as const, coordinates: scene.footprint },
      };
    });
    (this.map.getSource(SOURCE) as GeoJSONSource).setData({ type: "FeatureCollection", features });
  }

  hover(id: string | null): void {
    if (this.#hovered) this.map.setFeatureState({ source: SOURCE, id: this.#hovered }, { hover: false });
    if (id) this.map.setFeatureState({ source: SOURCE, id }, { hover: true });
    this.#hovered = id;
  }

  mark(selected: Set<string>): void {
    for (const id of this.#marked) {
      if (!selected.has(id)) this.map.setFeatureState({ source: SOURCE, id }, { selected: false });
    }
    for (const id of selected) this.map.setFeatureState({ source: SOURCE, id }, { selected: true });
    this.#marked = new Set(selected);
  }

  paint(palette: MapPalette): void {
    this.map.setPaintProperty("footprint-hover", "line-color", palette.hover);
  }

  /** The clearest of those under the pointer; it is also the one drawn on top. */
  #at(event: MapMouseEvent): string | null {
    const hits = this.map.queryRenderedFeatures(event.point, { layers: ["footprint-fill"] });
    const best = hits.toSorted((a, b) => b.properties.clear - a.properties.clear)[0];
    return best ? String(best.properties.id) : null;
  }
}

function state(name: string) {
  return ["boolean", ["feature-state", name], false] as ["boolean", ["feature-state", string], boolean];
}
