import { SvelteMap } from "svelte/reactivity";
import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { ProductReportView, ProductView } from "../ipc/types";
import { Generation } from "../shared/generation";
import type { Notices } from "../shared/notices.svelte";
import { defaultDisplay, type Display } from "./stretch";

/** Finished images: found by text, shown on the map, removed with their files. */
export class LibraryStore {
  products = $state.raw<ProductView[]>([]);
  open = $state(false);
  /** Finished images, or what there is of scenes. */
  tab = $state<"images" | "scenes">("images");
  text = $state("");
  loaded = $state(false);
  /** Product id to how it is shown; what is absent is not on the map. */
  readonly shown = new SvelteMap<number, Display>();

  /** Product id to how its pixels came to be, as far as that was asked; null while it is not known. */
  readonly reports = new SvelteMap<number, ProductReportView | null>();

  readonly found = $derived.by(() => {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    return this.products.filter((product) => {
      const hay = `${product.name} ${product.folder} ${product.from} ${product.to} ${product.sensors.join(" ")} ${product.bands.join(" ")} ${product.crs}`;
      return words.every((word) => hay.toLowerCase().includes(word));
    });
  });

  readonly #generation = new Generation();

  constructor(private readonly backend: Backend, private readonly notices: Notices) {}

  async load(): Promise<void> {
    const isCurrent = this.#generation.next();
    try {
      const products = await this.backend.products();
      if (!isCurrent()) return;
      this.products = products;
      this.loaded = true;
      const ids = new Set(products.map((product) => product.id));
      for (const id of [...this.shown.keys()]) if (!ids.has(id)) this.shown.delete(id);
    } catch (reason) {
      if (isCurrent()) this.notices.add(toIpcError(reason));
    }
  }

  byId(id: number): ProductView | undefined {
    return this.products.find((product) => product.id === id);
  }

  show(product: ProductView): void {
    if (!this.shown.has(product.id)) this.shown.set(product.id, defaultDisplay(product));
  }

  hide(id: number): void {
    this.shown.delete(id);
  }

  display(id: number, display: Display): void {
    this.shown.set(id, display);
  }

  /** Asks once how the pixels of a product came to be; without an answer, the image is shown all the same. */
  async report(id: number): Promise<void> {
    if (this.reports.has(id)) return;
    this.reports.set(id, null);
    try {
      this.reports.set(id, await this.backend.productReport(id));
    } catch (reason) {
      this.reports.delete(id);
      this.notices.add(toIpcError(reason));
    }
  }

  /** Removes the files too; the panel has asked before. Returns the bytes freed, or null when it failed. */
  async remove(id: number): Promise<number | null> {
    try {
      const freed = await this.backend.productRemove(id);
      this.hide(id);
      await this.load();
      return freed;
    } catch (reason) {
      this.notices.add(toIpcError(reason));
      await this.load();
      return null;
    }
  }

  reveal(id: number): void {
    this.backend.productReveal(id).catch((reason) => this.notices.add(toIpcError(reason)));
  }
}
