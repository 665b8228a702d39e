import type { ImageChoice, MaskChoice } from "../ipc/types";
import { DEFAULT_DROP, GRADED_BUFFERS } from "./choice";

/** As Swath masks when nothing is chosen. */
export function defaultMask(): MaskChoice {
  return { from: "auto", model: null, drop: [...DEFAULT_DROP], cloudBufferM: 0, shadowBufferM: 0, edgeM: 0, byHand: [] };
}

/** As Swath makes images when nothing is chosen. */
export function defaultImage(): ImageChoice {
  return {
    method: { kind: "median" }, gradedBuffersM: [...GRADED_BUFFERS], balance: true, screening: true, evening: false, every: null,
    order: "clearest", atMost: null, leastShare: null, gaps: { how: "empty", days: 30 }, mixSensors: false,
  };
}
