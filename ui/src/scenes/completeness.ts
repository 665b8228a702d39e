import type { CompletenessView, ProviderView, Sensor } from "../ipc/types";
import type { CatalogueLine } from "../search/search.svelte";

/** A row of the table; `failed` rows know nothing, which is not the same as having found nothing. */
export type CompletenessRow =
  | { state: "known"; provider: string; sensor: Sensor; found: number; lacking: string[] }
  | { state: "failed" | "stopped"; provider: string; sensor: Sensor };

/** What every asked catalogue had of every sensor that it should have. */
export function completenessRows(known: CompletenessView[], lines: CatalogueLine[], providers: ProviderView[], sensors: Sensor[]): CompletenessRow[] {
  return [...new Set([...lines.map((line) => line.provider), ...known.map((one) => one.provider)])].flatMap((provider): CompletenessRow[] => {
    const state = lines.find((line) => line.provider === provider)?.state;
    if (state !== "failed" && state !== "stopped") return known.filter((one) => one.provider === provider).map((one) => ({ state: "known" as const, ...one }));
    const has = providers.find((one) => one.id === provider)?.sensors ?? [];
    return sensors.filter((sensor) => has.length === 0 || has.includes(sensor)).map((sensor) => ({ state, provider, sensor }));
  });
}
