import type { ChoiceView, Layer, SceneView, WantedView } from "../ipc/types";
import { LAYERS } from "../ipc/types";

/** Which card it is, whatever its bands and its switches are. */
export const keyOf = (wanted: WantedView): string => (wanted.kind === "product" ? wanted.form : wanted.kind);

/** Whole products first, then ever smaller parts. */
const ORDER = ["safe-zip", "safe-nodes", "safe-s3", "landsat-tar", "partial-safe", "bands", "window"];

export function inOrder(choices: ChoiceView[]): ChoiceView[] {
  const place = (choice: ChoiceView) => ORDER.indexOf(keyOf(choice.wanted));
  return choices.toSorted((a, b) => place(a) - place(b));
}

export const isWhole = (choice: ChoiceView): boolean => choice.wanted.kind === "product";

/** What most people came for: the part under their area, else the bands, else whatever most of the scenes offer. */
export function likeliest(choices: ChoiceView[]): string | null {
  const offered = choices.filter((choice) => choice.scenes > 0);
  const wanted = ["window", "bands"].find((key) => offered.some((choice) => keyOf(choice.wanted) === key));
  return wanted ?? (offered[0] ? keyOf(offered.reduce((best, one) => (one.scenes > best.scenes ? one : best)).wanted) : null);
}

/** The two sizes that show what choosing is worth: the whole, and the least of it. */
export function extremes(choices: ChoiceView[]): { whole: number; part: number } | null {
  const sized = choices.filter((choice) => choice.bytes !== null && choice.scenes > 0);
  const product = sized.find(isWhole);
  // A part of fewer scenes would be small for another reason.
  const parts = sized.filter((choice) => !isWhole(choice) && choice.scenes >= (product?.scenes ?? 0));
  const part = Math.min(...parts.map((choice) => choice.bytes!));
  return product && part < product.bytes! && part > 0 ? { whole: product.bytes!, part } : null;
}

/** Bands that any of the scenes has, in spectral order, and behind them the layers that tell about pixels. */
export function bandsOf(scenes: SceneView[]): Layer[] {
  const has = new Set(scenes.flatMap((scene): Layer[] => [...scene.bands, ...scene.layers]));
  return LAYERS.filter((layer) => has.has(layer));
}

/** With the switches and bands that are chosen now. */
export function withOptions(wanted: WantedView, bands: Layer[], unpack: boolean): WantedView {
  if (wanted.kind !== "product") return { kind: wanted.kind, bands };
  // Only what comes packed can be unpacked.
  return { ...wanted, unpack: unpack && isPacked(wanted) };
}

export const isPacked = (wanted: WantedView): boolean =>
  wanted.kind === "product" && (wanted.form === "safe-zip" || wanted.form === "landsat-tar");
