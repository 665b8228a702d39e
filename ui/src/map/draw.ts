import type { Map } from "maplibre-gl";
import {
  type GeoJSONStoreFeatures, TerraDraw, TerraDrawCircleMode, TerraDrawPolygonMode, TerraDrawRectangleMode,
  TerraDrawSelectMode,
} from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import type { Coordinates } from "../ipc/types";
import type { Tool } from "./mapState.svelte";
import type { MapPalette } from "./palette";

export interface DrawListener {
  /** The shape under the pointer, many times a second; null when there is none. */
  moved(coordinates: Coordinates | null): void;
  /** A shape is complete, or one drag of an edit has ended. */
  finished(coordinates: Coordinates): void;
}

/** Beyond this many decimals terra-draw refuses a feature; the seventh is a centimetre. */
const DECIMALS = 7;

/** Draws and edits the AOI. Holds features only while a tool is in hand; otherwise the AOI layer shows the area. */
export class Draw {
  readonly #draw: TerraDraw;
  #tool: Tool | null = null;
  /** Holes of the polygons under edit: the editor knows outer rings only, so they are kept aside. */
  #holes: number[][][][] = [];

  constructor(map: Map, palette: MapPalette, private readonly listener: DrawListener) {
    this.#draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
      modes: modes(palette.area),
    });
    this.#draw.start();
    this.#draw.on("change", () => this.#tool && listener.moved(this.#shape()));
    this.#draw.on("finish", () => this.#finish());
  }

  /** Puts a tool in hand; `area` is what the edit tool starts from. */
  use(tool: Tool | null, area: Coordinates | null): void {
    this.#tool = null;
    this.#draw.clear();
    this.listener.moved(null);
    this.#draw.setMode(tool === null ? "static" : tool === "edit" ? "select" : tool);
    this.#tool = tool;
    if (tool === "edit" && area) this.#load(area);
  }

  /** While editing, follows an area that changed elsewhere: an undo, or the checked form of the last drag. */
  follow(area: Coordinates | null): void {
    const shape = this.#shape();
    if (this.#tool !== "edit" || !area || (shape && sameShape(area, shape))) return;
    this.#draw.clear();
    this.#load(area);
  }

  #load(area: Coordinates): void {
    this.#holes = area.map((polygon) => polygon.slice(1));
    const added = this.#draw.addFeatures(area.map((polygon, index) => outline(polygon[0]!, index)));
    const first = added[0];
    if (first?.valid && first.id !== undefined) this.#draw.selectFeature(first.id);
  }

  #finish(): void {
    const shape = this.#shape();
    if (!shape) return;
    const tool = this.#tool;
    if (tool !== "edit") this.use(null, null);
    this.listener.finished(shape);
  }

  /** Outer rings of what is drawn, holes put back; null until there is an area to speak of. */
  #shape(): Coordinates | null {
    const polygons = this.#draw.getSnapshot().filter(isDrawn);
    const shape = polygons.map((feature) => {
      const ring = feature.geometry.coordinates[0] as number[][];
      const part = feature.properties.part;
      return [ring, ...(typeof part === "number" ? (this.#holes[part] ?? []) : [])];
    });
    return shape.length > 0 && shape.every(([ring]) => ring!.length >= 4) ? shape : null;
  }
}

type Polygonal = GeoJSONStoreFeatures & { geometry: { type: "Polygon"; coordinates: number[][][] } };

function isDrawn(feature: GeoJSONStoreFeatures): feature is Polygonal {
  return feature.geometry.type === "Polygon";
}

function outline(ring: number[][], part: number): GeoJSONStoreFeatures {
  const coordinates = [ring.map((vertex) => vertex.map((value) => Number(value.toFixed(DECIMALS))))];
  return { type: "Feature", properties: { mode: "polygon", part }, geometry: { type: "Polygon", coordinates } };
}

function sameShape(a: Coordinates, b: Coordinates): boolean {
  const flat = [a.flat(3), b.flat(3)] as const;
  return flat[0].length === flat[1].length && flat[0].every((value, at) => Math.abs(value - flat[1][at]!) < 1e-6);
}

function modes(colour: `#${string}`) {
  const styles = { fillColor: colour, fillOpacity: 0.12, outlineColor: colour, outlineWidth: 2 };
  const closing = {
    closingPointColor: colour, closingPointWidth: 5, closingPointOutlineColor: "#ffffff", closingPointOutlineWidth: 2,
  } as const;
  const coordinates = { draggable: true, midpoints: true, deletable: true };
  return [
    new TerraDrawRectangleMode({ styles, drawInteraction: "click-move-or-drag" }),
    new TerraDrawCircleMode({ styles, drawInteraction: "click-move-or-drag", segments: 64 }),
    new TerraDrawPolygonMode({ styles: { ...styles, ...closing }, pointerDistance: 16 }),
    new TerraDrawSelectMode({
      allowManualDeselection: false,
      // Its Delete would empty the editor but not the area; the window's own button and undo do that.
      keyEvents: null,
      flags: { polygon: { feature: { draggable: true, coordinates } } },
      styles: {
        selectedPolygonColor: colour, selectedPolygonFillOpacity: 0.1, selectedPolygonOutlineColor: colour,
        selectedPolygonOutlineWidth: 2, selectionPointColor: "#ffffff", selectionPointWidth: 5,
        selectionPointOutlineColor: colour, selectionPointOutlineWidth: 2, midPointColor: colour, midPointWidth: 3.5,
        midPointOutlineColor: "#ffffff", midPointOutlineWidth: 1,
      },
    }),
  ];
}
