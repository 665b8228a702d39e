import type { TransferView } from "../ipc/types";
import * as m from "../paraglide/messages.js";
import { bytes } from "../shared/format";
import { isOver } from "./model";
import type { TransfersStore } from "./transfers.svelte";

const sum = (transfers: TransferView[]) => transfers.reduce((bytes, one) => bytes + one.doneBytes, 0);

/** Bytes of unfinished transfers that have arrived; cancelling asks what becomes of them. */
export const arrivedOf = (transfers: TransferView[]): number => sum(transfers.filter((one) => !isOver(one)));

/** Bytes that were kept of what failed or was cancelled; they go with the row. What succeeded lies in the library. */
export const keptOf = (transfers: TransferView[]): number => sum(transfers.filter((one) => one.state === "failed" || one.state === "cancelled"));

export function cancelQuestion(store: TransfersStore, transfers: TransferView[]) {
  const arrived = bytes(arrivedOf(transfers));
  return {
    label: m.transfer_cancel_ask({ bytes: arrived }), leave: m.transfer_go_on(), answers: [
      { label: m.transfer_cancel_keep({ bytes: arrived }), title: m.transfer_cancel_keep_how(), testid: "transfer-cancel-keep", run: () => void store.ask("cancel", transfers) },
      { label: m.transfer_cancel_delete(), testid: "transfer-cancel-delete", danger: true, run: () => void store.ask("cancel-delete", transfers) },
    ],
  };
}

export function removeQuestion(store: TransfersStore, transfers: TransferView[]) {
  const kept = bytes(keptOf(transfers));
  return {
    label: m.transfer_remove_ask({ bytes: kept }), leave: m.keep(), answers: [
      { label: m.transfer_remove_yes({ bytes: kept }), title: m.transfer_remove_ask({ bytes: kept }), testid: "transfer-remove-yes", danger: true, run: () => void store.ask("remove", transfers) },
    ],
  };
}
