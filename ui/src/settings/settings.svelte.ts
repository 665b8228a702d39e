import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { BasemapView, Settings } from "../ipc/types";
import type { Notices } from "../shared/notices.svelte";

export type Language = "en" | "zh";
export type Theme = "light" | "dark";

const UNTIL_LOADED: Settings = {
  language: "system", theme: "system", basemap: "offline",
  limits: { network: 6, cpu: 2, disk: 2, memoryMb: 2048 }, keepCacheGb: 20, disabledProviders: [],
  transfers: { parallel: 3, bandwidthMbPerS: null, hours: null, notify: true },
};

/** What the user prefers, kept by the Rust side; "system" is resolved here. */
export class SettingsStore {
  value = $state.raw<Settings>(UNTIL_LOADED);
  basemaps = $state.raw<BasemapView[]>([]);
  #systemDark = $state(false);

  readonly locale: Language = $derived(
    this.value.language === "system" ? systemLanguage() : this.value.language,
  );
  readonly theme: Theme = $derived(
    this.value.theme === "system" ? (this.#systemDark ? "dark" : "light") : this.value.theme,
  );

  constructor(private readonly backend: Backend, private readonly notices: Notices) {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.#systemDark = dark.matches;
    dark.addEventListener("change", () => (this.#systemDark = dark.matches));
  }

  async load(): Promise<void> {
    try {
      this.value = await this.backend.settings();
      this.basemaps = await this.backend.basemaps();
    } catch (reason) {
      this.notices.add(toIpcError(reason));
    }
  }

  /** Shows the change at once, then keeps what the Rust side accepted. */
  async change(part: Partial<Settings>): Promise<void> {
    const before = this.value;
    const wanted = { ...before, ...part };
    this.value = wanted;
    try {
      const accepted = await this.backend.settingsSet(wanted);
      if (this.value === wanted) this.value = accepted;
    } catch (reason) {
      if (this.value === wanted) this.value = before;
      this.notices.add(toIpcError(reason));
    }
  }

  toggleLanguage(): void {
    void this.change({ language: this.locale === "zh" ? "en" : "zh" });
  }

  toggleTheme(): void {
    void this.change({ theme: this.theme === "dark" ? "light" : "dark" });
  }
}

function systemLanguage(): Language {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}
