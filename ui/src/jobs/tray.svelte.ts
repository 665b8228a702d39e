export type TrayTab = "images" | "downloads";

/** The strip below the map: folded to one line, or open at one of its tabs. */
export class Tray {
  open = $state(false);
  tab = $state<TrayTab>("images");
  /** Of the list of downloads, as a share of the window's height. */
  height = $state(0.3);

  resize(share: number): void {
    this.height = Math.min(0.7, Math.max(0.15, share));
  }

  show(tab: TrayTab): void {
    this.tab = tab;
    this.open = true;
  }

  /** What a key does: opens its tab, or folds the tray when that is what is seen. */
  toggle(tab: TrayTab): void {
    if (this.open && this.tab === tab) this.open = false;
    else this.show(tab);
  }
}
