import type { ProductReportView, QualityLayerView } from "../ipc/types";
import * as m from "../paraglide/messages.js";
import { day, number } from "../shared/format";
import { howColour, RAMP } from "../shared/layerColours";

/** Layers that are shown on the map; `source` only numbers the scenes. */
export const LAYER_NAMES = ["looks", "date", "how", "rejected", "score"] as const;
export type LayerName = (typeof LAYER_NAMES)[number];
export interface ShownLayer { name: LayerName; low: number; high: number }

const DAY_MS = 86_400_000;
/** The numbers of the layer `how` that are no grades. */
const NO_GRADES = [20, 30, 31, 40, 41];

/** What can be shown of a product, in the order of the buttons. A layer without any number has nothing to show. */
export function shownLayers(layers: QualityLayerView[]): ShownLayer[] {
  return LAYER_NAMES.flatMap((name) => {
    const found = layers.find((layer) => layer.name === name && layer.high > 0);
    return found ? [{ name, low: found.low, high: found.high }] : [];
  });
}

/** Query of a tile address: the page alone knows the colours. */
export function layerQuery({ name, low, high }: ShownLayer): string {
  if (name === "how") return `layer=how&classes=${hows(high).map((how) => `${how}:${hex(howColour(how))}`).join(",")}`;
  return `layer=${name}&low=${low}&high=${Math.max(high, low + 1)}&ramp=${RAMP.map(hex).join(",")}`;
}

/** An end of a layer's range in words. */
export function rangeText(name: LayerName, value: number): string {
  if (name === "date") return day(new Date(value * DAY_MS).toISOString());
  // Scores are kept times 10 000.
  return name === "score" ? number(value / 10_000, 2) : number(value);
}

/** How a pixel came to be, in words. */
export function howText(how: number, gradesM: number[]): string {
  switch (how) {
    case 20: return m.how_suspect();
    case 30: return m.how_in_time();
    case 31: return m.how_similar();
    case 40: return m.how_kept();
    case 41: return m.how_filled();
  }
  const metres = gradesM[how - 1];
  return metres ? m.how_grade({ metres: number(metres) }) : m.how_clear();
}

/** What the legend of `how` lists: the ways that were counted, or, where nobody has counted, those that may occur. */
export function legendHows(report: ProductReportView, high: number): number[] {
  if (report.byHow.length > 0) return report.byHow.map((one) => one.how);
  const grades = Array.from({ length: Math.max(1, report.gradesM.length) }, (_, at) => at + 1);
  return [...grades, ...NO_GRADES].filter((how) => how <= high);
}

export interface Part { key: string; label: string; colour: string | null; pixels: number; share: number }

/** The pixels of the area by how they came to be, what is empty last. Nothing when nobody has counted them. */
export function parts(report: ProductReportView): Part[] {
  if (report.areaPixels === 0) return [];
  const part = (key: string, label: string, colour: string | null, pixels: number): Part =>
    ({ key, label, colour, pixels, share: pixels / report.areaPixels });
  const known = report.byHow.map(({ how, pixels }) => part(`${how}`, howText(how, report.gradesM), howColour(how), pixels));
  return report.emptyPixels > 0 ? [...known, part("empty", m.how_empty(), null, report.emptyPixels)] : known;
}

/** Every number that may occur up to the greatest one. */
function hows(high: number): number[] {
  const grades = Array.from({ length: 19 }, (_, at) => at + 1);
  return [...grades, ...NO_GRADES].filter((how) => how <= high);
}

function hex(colour: string): string {
  return colour.slice(1);
}
