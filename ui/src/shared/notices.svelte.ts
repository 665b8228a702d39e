import type { IpcError } from "../ipc/types";

export interface Notice {
  id: number;
  /** Ready to show, or an error that `Problem` puts into words. */
  body: string | IpcError;
  action: { label: string; run: () => void } | null;
}

const SHOWN_MS = 8000;

/** Short messages above the job tray. Errors stay until dismissed, the rest go by themselves. */
export class Notices {
  items = $state.raw<Notice[]>([]);
  #next = 1;

  add(body: string | IpcError, action: Notice["action"] = null): void {
    const id = this.#next++;
    this.items = [...this.items, { id, body, action }].slice(-4);
    if (typeof body === "string") setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  dismiss(id: number): void {
    this.items = this.items.filter((notice) => notice.id !== id);
  }
}
