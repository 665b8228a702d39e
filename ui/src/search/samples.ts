import type { Backend } from "../ipc/backend";
import { SETTINGS } from "../ipc/samples";
import type { ProviderView } from "../ipc/types";
import { SettingsStore } from "../settings/settings.svelte";
import { Notices } from "../shared/notices.svelte";
import { CataloguesStore } from "./catalogues.svelte";

/** Catalogues for tests of what stands on them. */
export function cataloguesOf(backend: Backend, list: ProviderView[] = []): CataloguesStore {
  const notices = new Notices();
  const settings = new SettingsStore(backend, notices);
  settings.value = SETTINGS;
  const catalogues = new CataloguesStore(backend, settings, notices);
  catalogues.list = list;
  return catalogues;
}
