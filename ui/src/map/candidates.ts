import type { GeoJSONSource, Map } from "maplibre-gl";
import type { AreaFeatureView } from "../ipc/types";
import { SHAPES_BELOW } from "./basemap";
import type { MapPalette } from "./palette";

const SOURCE = "candidates";

export interface CandidateListener {
  hover(id: number | null): void;
  toggle(id: number): void;
  /** False while no file is open or somebody draws. */
  listening(): boolean;
}

/** Features of a file out of which the area is being chosen: thin when shown, filled when chosen. */
export class Candidates {
  #shown: AreaFeatureView[] = [];
  #hovered: number | null = null;
  #chosen = new Set<number>();

  constructor(private readonly map: Map, palette: MapPalette, listener: CandidateListener) {
    map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    map.addLayer({
      id: "candidate-fill", type: "fill", source: SOURCE,
      paint: { "fill-color": palette.area, "fill-opacity": ["case", state("chosen"), 0.28, state("hover"), 0.16, 0.03] },
    }, SHAPES_BELOW);
    map.addLayer({
      id: "candidate-line", type: "line", source: SOURCE,
      paint: {
        "line-color": palette.area,
        "line-width": ["case", ["any", state("chosen"), state("hover")] as never, 2, 1],
        "line-opacity": ["case", ["any", state("chosen"), state("hover")] as never, 1, 0.55],
      },
    }, SHAPES_BELOW);
    map.on("mousemove", "candidate-fill", (event) => listener.listening() && listener.hover(Number(event.features?.[0]?.id)));
    map.on("mouseleave", "candidate-fill", () => listener.hover(null));
    map.on("click", "candidate-fill", (event) => {
      const id = event.features?.[0]?.id;
      if (id !== undefined && listener.listening()) listener.toggle(Number(id));
    });
  }

  draw(rows: AreaFeatureView[]): void {
    if (rows === this.#shown) return;
    this.#shown = rows;
    const features = rows.flatMap((row) => row.outline === null ? [] : [{
      type: "Feature" as const, id: row.id, properties: {}, geometry: { type: "MultiPolygon" as const, coordinates: row.outline },
    }]);
    this.#source().setData({ type: "FeatureCollection", features });
  }

  hover(id: number | null): void {
    if (this.#hovered !== null) this.#set(this.#hovered, { hover: false });
    if (id !== null) this.#set(id, { hover: true });
    this.#hovered = id;
  }

  mark(chosen: Set<number>): void {
    for (const id of this.#chosen) if (!chosen.has(id)) this.#set(id, { chosen: false });
    for (const id of chosen) if (!this.#chosen.has(id)) this.#set(id, { chosen: true });
    this.#chosen = chosen;
  }

  paint(palette: MapPalette): void {
    this.map.setPaintProperty("candidate-fill", "fill-color", palette.area);
    this.map.setPaintProperty("candidate-line", "line-color", palette.area);
  }

  #set(id: number, value: Record<string, boolean>): void {
    this.map.setFeatureState({ source: SOURCE, id }, value);
  }

  #source(): GeoJSONSource {
    return this.map.getSource(SOURCE) as GeoJSONSource;
  }
}

function state(name: string) {
  return ["boolean", ["feature-state", name], false] as ["boolean", ["feature-state", string], boolean];
}
