export type TrayTab = "images" | "downloads";

/** The strip below the map: folded to one line, or open at one of its tabs. */
export class Tray {
  open = $state(false);
  tab = $state<TrayTab>("images");

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
