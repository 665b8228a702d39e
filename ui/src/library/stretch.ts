import type { Band, BandStretch, ProductView } from "../ipc/types";
import { layerQuery, type ShownLayer } from "./layers";

/** How a product is shown on the map. */
export interface Display {
  /** A layer beside the image, in its place. */
  layer: ShownLayer | null;
  bands: [Band, Band, Band];
  low: [number, number, number];
  high: [number, number, number];
  gamma: number;
  opacity: number;
  /** All three bands share one range, which keeps colours true to each other. */
  joint: boolean;
}

const CHANNELS = [0, 1, 2] as const;

/** True colour where the product has it, with one range for all so that colours stay true; otherwise its first bands, one band in grey. */
export function defaultDisplay(product: ProductView): Display {
  const first = product.bands[0]!;
  const has = (["red", "green", "blue"] as Band[]).every((band) => product.bands.includes(band));
  const bands: Display["bands"] = has
    ? ["red", "green", "blue"]
    : [first, product.bands[1] ?? first, product.bands[2] ?? first];
  return withBands(product, { layer: null, bands, low: [0, 0, 0], high: [1, 1, 1], gamma: 1, opacity: 1, joint: has }, bands);
}

/** Changes the combination and goes back to the percentiles of the new bands. */
export function withBands(product: ProductView, display: Display, bands: Display["bands"]): Display {
  const stretch = bands.map((band) => stretchOf(product, band));
  const low = CHANNELS.map((channel) => stretch[channel]!.low) as Display["low"];
  const high = CHANNELS.map((channel) => stretch[channel]!.high) as Display["high"];
  return display.joint ? joined({ ...display, bands, low, high }) : { ...display, bands, low, high };
}

export function withRange(display: Display, channel: number, end: "low" | "high", value: number): Display {
  const values = display[end].map((old, index) =>
    display.joint || index === channel ? value : old) as Display["low"];
  return { ...display, [end]: values };
}

export function withJoint(product: ProductView, display: Display, joint: boolean): Display {
  return joint ? joined({ ...display, joint }) : withBands(product, { ...display, joint }, display.bands);
}

/** The end of the slider: half as much again as the highest percentile, on a round number. */
export function sliderEnd(product: ProductView): number {
  const highest = Math.max(1, ...product.stretch.map((band) => band.high));
  const step = 10 ** Math.floor(Math.log10(highest));
  return Math.ceil((highest * 1.5) / step) * step;
}

/** Query of a tile address; equal low and high would divide by nothing. */
export function tileQuery(display: Display): string {
  if (display.layer) return layerQuery(display.layer);
  const high = display.high.map((value, index) => Math.max(value, display.low[index]! + 1e-6));
  return `bands=${display.bands.join(",")}&low=${display.low.join(",")}&high=${high.join(",")}&gamma=${display.gamma}`;
}

function joined(display: Display): Display {
  const low = Math.min(...display.low);
  const high = Math.max(...display.high);
  return { ...display, low: [low, low, low], high: [high, high, high] };
}

function stretchOf(product: ProductView, band: Band): BandStretch {
  return product.stretch.find((one) => one.band === band) ?? { band, low: 0, high: 3000 };
}
