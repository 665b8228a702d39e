import type { HoldingView } from "../ipc/types";

/** Heights of a row and of the question below it. They are fixed, so that only rows in view have to be drawn. */
export const HOLDING_PX = 90;
export const ASK_PX = 74;

export interface HoldingLine { key: string; height: number; holding: HoldingView; asking: boolean }

export function linesOf(found: HoldingView[], asking: number | null): HoldingLine[] {
  return found.map((holding) => ({
    key: `holding-${holding.id}`, holding, asking: holding.id === asking, height: HOLDING_PX + (holding.id === asking ? ASK_PX : 0),
  }));
}
