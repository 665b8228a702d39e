import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { ProviderView, Sensor } from "../ipc/types";
import type { SettingsStore } from "../settings/settings.svelte";
import type { Notices } from "../shared/notices.svelte";

/** Names that fit on a badge, as the services call themselves. */
const SHORT: Record<string, string> = {
  "earth-search": "Earth Search", "planetary-computer": "Planetary", "cdse": "CDSE", "cdse-odata": "CDSE OData", "usgs": "USGS",
  "usgs-m2m": "USGS M2M", "asf": "ASF", "sentinel-hub": "Sentinel Hub", "demo": "Demo",
};

/** The catalogues there are, and which of them a search asks. */
export class CataloguesStore {
  list = $state.raw<ProviderView[]>([]);

  constructor(private readonly backend: Backend, private readonly settings: SettingsStore, private readonly notices: Notices) {}

  async load(): Promise<void> {
    try {
      this.list = await this.backend.providers();
    } catch (reason) {
      this.notices.add(toIpcError(reason));
    }
  }

  isEnabled(id: string): boolean {
    return !this.settings.value.disabledProviders.includes(id);
  }

  /** Those that have one of the sensors. */
  with(sensors: Sensor[]): ProviderView[] {
    return this.list.filter((one) => one.sensors.some((sensor) => sensors.includes(sensor)));
  }

  asked(sensors: Sensor[]): ProviderView[] {
    return this.with(sensors).filter((one) => one.usable && this.isEnabled(one.id));
  }

  async toggle(id: string): Promise<void> {
    const disabled = this.settings.value.disabledProviders;
    await this.settings.change({ disabledProviders: this.isEnabled(id) ? [...disabled, id] : disabled.filter((one) => one !== id) });
  }

  title(id: string): string {
    return this.list.find((one) => one.id === id)?.title ?? id;
  }

  short(id: string): string {
    return SHORT[id] ?? this.list.find((one) => one.id === id)?.title ?? id;
  }
}
