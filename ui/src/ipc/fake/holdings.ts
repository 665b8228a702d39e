import { rectangle } from "../../shared/geo";
import type { ContentKind, HoldingState, HoldingView, MoveEvent, RelinkedView, RootView, TransferView, VerifyEvent } from "../types";
import { problem } from "./problem";
import { chance, wait } from "./random";

const KINDS: ContentKind[] = ["safe-zip", "window", "band", "safe", "partial-safe", "landsat-tar"];

/** A library with all that can be in it, and states that change when somebody looks. */
export class SampleHoldings {
  #list: HoldingView[] = Array.from({ length: 24 }, (_, at) => holding(at + 1));
  #root: RootView = { folder: "~/Swath/library", there: true, free: 212e9 };
  #run = 0;

  list(): HoldingView[] {
    return this.#list;
  }

  root(): RootView {
    return this.#root;
  }

  /** What a transfer has brought. */
  add(transfer: TransferView): number {
    const id = Math.max(0, ...this.#list.map((one) => one.id)) + 1;
    const kind: ContentKind = transfer.wanted.kind === "product" ? (transfer.wanted.form === "landsat-tar" ? "landsat-tar" : "safe-zip")
      : transfer.wanted.kind === "bands" ? "band" : transfer.wanted.kind;
    const bands = transfer.wanted.kind === "product" ? [] : transfer.wanted.bands;
    this.#list = [{
      ...holding(id), name: transfer.name, sceneId: transfer.sceneId, sensor: transfer.sensor, content: { kind, bands }, bytes: transfer.doneBytes,
      state: "verified", why: null, checkedAt: new Date().toISOString(), createdAt: new Date().toISOString(),
    }, ...this.#list];
    return id;
  }

  remove(id: number): number {
    const bytes = this.#list.find((one) => one.id === id)?.bytes ?? 0;
    this.#list = this.#list.filter((one) => one.id !== id);
    return bytes;
  }

  byId(id: number): HoldingView {
    const found = this.#list.find((one) => one.id === id);
    if (!found) throw problem("not-found", "it is no longer in the library");
    return found;
  }

  async verify(listener: (event: VerifyEvent) => void): Promise<void> {
    const mine = ++this.#run;
    for (const one of this.#list) {
      await wait(150);
      if (mine !== this.#run) break;
      listener({ kind: "checked", id: one.id, state: one.state, why: one.why });
    }
    const count = (state: HoldingState) => this.#list.filter((one) => one.state === state).length;
    listener({ kind: "done", verified: count("verified"), missing: count("missing"), damaged: count("damaged"), cancelled: mine !== this.#run });
  }

  stop(): void {
    this.#run++;
  }

  async move(listener: (event: MoveEvent) => void): Promise<RootView | null> {
    const mine = ++this.#run;
    await wait(600);
    const totalBytes = this.#list.reduce((sum, one) => sum + one.bytes, 0);
    for (let step = 0; step <= 40; step++) {
      if (mine !== this.#run) throw problem("cancelled", "stopped; the library stays where it was");
      listener({ doneBytes: (totalBytes * step) / 40, totalBytes });
      await wait(150);
    }
    return (this.#root = { ...this.#root, folder: "/media/disk/Swath/library", free: 1.8e12 });
  }

  async relink(): Promise<RelinkedView> {
    await wait(800);
    const found = this.#list.filter((one) => one.state === "missing").length;
    this.#list = this.#list.map((one) => (one.state === "missing" ? { ...one, state: "verified", why: null, checkedAt: new Date().toISOString() } : one));
    return { found, stillMissing: 0 };
  }
}

function holding(id: number): HoldingView {
  const kind = KINDS[id % KINDS.length]!;
  const day = `2025-0${6 + (id % 3)}-${String(1 + ((id * 7) % 28)).padStart(2, "0")}`;
  const landsat = kind.startsWith("landsat");
  const state: HoldingState = id % 11 === 4 ? "missing" : id % 13 === 6 ? "damaged" : "verified";
  const name = landsat ? `LC09_L2SP_192060_${day.replaceAll("-", "")}_02_T1` : `S2B_MSIL2A_${day.replaceAll("-", "")}T103629_N0511_R022_T31NAA_${id}`;
  const few = kind === "window" || kind === "band" || kind === "partial-safe";
  return {
    id, sceneId: `sample/${name}`, name, sensor: landsat ? "landsat-c2-l2" : "sentinel-2-l2a", datetime: `${day}T10:36:29Z`, tile: landsat ? "192060" : "31NAA",
    content: { kind, bands: few ? (kind === "partial-safe" ? ["red", "nir"] : ["red"]) : [] },
    path: `${landsat ? "landsat-c2-l2" : "sentinel-2-l2a"}/${day}/${name}${kind === "safe-zip" ? ".SAFE.zip" : few ? "_B04.tif" : ".SAFE"}`,
    bytes: Math.round((few ? 4e6 : 8e8) * (0.5 + chance(name))), provider: landsat ? "usgs" : "cdse", state,
    why: state === "damaged" ? "GRANULE/…/T31NAA_B04.jp2 has another digest than when it came" : null,
    checkedAt: state === "verified" ? "2025-09-01T08:00:00Z" : null, createdAt: "2025-09-01T08:00:00Z", footprint: rectangle([-0.3, -0.3, 0.3, 0.3]),
    thumbnail: state === "verified",
  };
}
