import type { TransferView } from "../ipc/types";
import { rowAt, topsOf } from "../shared/rows";
import { dropOf, type Row } from "./model";
import type { TransfersStore } from "./transfers.svelte";

const EDGE_PX = 28;
const SCROLL_PX = 12;

/**
 * Carrying a row with the pointer. The list itself holds the pointer, since the row may leave the part that is drawn; the system's own
 * drag and drop is taken by the window for files.
 */
export class RowDrag {
  carried = $state.raw<TransferView | null>(null);
  /** Distance of the line that shows where the row would go from the top of the list's view. */
  line = $state<number | null>(null);
  #next: TransferView | null = null;
  #y = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly transfers: TransfersStore, private readonly box: () => HTMLDivElement | undefined) {}

  start(transfer: TransferView, event: PointerEvent): void {
    const box = this.box();
    if (!box || event.button !== 0) return;
    event.preventDefault();
    this.carried = transfer;
    box.setPointerCapture?.(event.pointerId);
    this.#timer = setInterval(() => this.#scroll(), 30);
    this.moveTo(event.clientY);
  }

  moveTo(y: number): void {
    const box = this.box();
    if (!box || !this.carried) return;
    this.#y = y;
    const rows = this.transfers.rows;
    const tops = topsOf(rows);
    const inside = y - box.getBoundingClientRect().top + box.scrollTop;
    const at = rowAt(tops, inside);
    const under = rows[at];
    if (!under) return;
    // The lower half of a row means behind it.
    const gap = Math.max(at + (inside > tops[at]! + under.height / 2 ? 1 : 0), this.#first(rows));
    const last = this.#end(rows);
    const place = Math.min(gap, last);
    const next = rows[place];
    this.#next = place < last && next?.kind === "transfer" ? next.transfer : null;
    this.line = tops[place]! - box.scrollTop;
  }

  drop(): void {
    const { carried } = this;
    const wanted = carried && this.line !== null ? dropOf(this.transfers.list, carried, this.#next) : null;
    this.stop();
    void this.transfers.move(wanted);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.carried = this.line = null;
    this.#next = null;
  }

  /** A row stays in its batch: the places before its first row and behind its last. */
  #first(rows: Row[]): number {
    return rows.findIndex((row) => row.kind === "transfer" && row.transfer.batch === this.carried!.batch);
  }

  #end(rows: Row[]): number {
    return rows.findLastIndex((row) => row.kind === "transfer" && row.transfer.batch === this.carried!.batch) + 1;
  }

  #scroll(): void {
    const box = this.box();
    if (!box) return;
    const { top, bottom } = box.getBoundingClientRect();
    if (this.#y < top + EDGE_PX) box.scrollTop -= SCROLL_PX;
    else if (this.#y > bottom - EDGE_PX) box.scrollTop += SCROLL_PX;
    else return;
    this.moveTo(this.#y);
  }
}
