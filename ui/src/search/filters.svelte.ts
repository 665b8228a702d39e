import type { Band, DayRange, FiltersView, OrbitDirection, Sensor, Tier } from "../ipc/types";
import { applies, FIELDS, type FilterField, isMonthDay, parseNames, parseOrbits, parseTiles } from "./filterFields";

export const NO_SEASON: DayRange = { from: "", to: "" };

/** What a scene must be like beyond area, period and sensor, as it stands in the fields: wrong text is kept and told. */
export class FiltersStore {
  season = $state.raw<DayRange>(NO_SEASON);
  periods = $state.raw<DayRange[]>([]);
  /** Percent; 0 limits nothing. */
  minCoverage = $state(0);
  platforms = $state.raw<string[]>([]);
  orbitDirection = $state<OrbitDirection | null>(null);
  relativeOrbits = $state("");
  polarisations = $state.raw<Band[]>([]);
  tiers = $state.raw<Tier[]>([]);
  tiles = $state("");
  names = $state("");

  readonly #orbits = $derived.by(() => parseOrbits(this.relativeOrbits));
  readonly #tiles = $derived.by(() => parseTiles(this.tiles));

  /** What would be asked for, whatever sensors are ticked. */
  readonly #all: Omit<FiltersView, "minClear"> = $derived.by(() => ({
    periods: this.periods.filter((one) => one.from && one.to && one.from <= one.to),
    season: isMonthDay(this.season.from) && isMonthDay(this.season.to) ? this.season : null,
    minCoverage: this.minCoverage > 0 ? this.minCoverage / 100 : null,
    platforms: this.platforms,
    orbitDirection: this.orbitDirection,
    relativeOrbits: this.#orbits ?? [],
    polarisations: this.polarisations,
    tiers: this.tiers,
    tiles: this.#tiles ?? [],
    names: parseNames(this.names),
  }));

  /** Fields that hold something which cannot be understood. */
  readonly wrong: ReadonlySet<FilterField> = $derived.by(() => {
    const wrong = new Set<FilterField>();
    const { from, to } = this.season;
    if ((from !== "" || to !== "") && !(isMonthDay(from) && isMonthDay(to))) wrong.add("season");
    if (this.periods.some((one) => !one.from || !one.to || one.from > one.to)) wrong.add("periods");
    if (this.#orbits === null) wrong.add("relativeOrbits");
    if (this.#tiles === null) wrong.add("tiles");
    return wrong;
  });

  /** Only what makes sense for the sensors goes out; a limit on radar must not empty an optical search. */
  view(sensors: Sensor[], minClear: number): FiltersView {
    const kept = (field: FilterField) => applies(field, sensors);
    const all = this.#all;
    return {
      periods: all.periods,
      season: all.season,
      minCoverage: all.minCoverage,
      minClear: minClear > 0 && kept("minClear") ? minClear : null,
      platforms: all.platforms.filter((platform) => platformsOf(sensors).includes(platform)),
      orbitDirection: kept("orbitDirection") ? all.orbitDirection : null,
      relativeOrbits: kept("relativeOrbits") ? all.relativeOrbits : [],
      polarisations: kept("polarisations") ? all.polarisations : [],
      tiers: kept("tiers") ? all.tiers : [],
      tiles: kept("tiles") ? all.tiles : [],
      names: all.names,
    };
  }

  /** How many limits are in force. */
  count(sensors: Sensor[], minClear: number): number {
    const view = this.view(sensors, minClear);
    return FIELDS.filter((field) => {
      const value = view[field];
      return Array.isArray(value) ? value.length > 0 : value !== null;
    }).length;
  }

  problem(sensors: Sensor[]): boolean {
    return [...this.wrong].some((field) => applies(field, sensors));
  }

  toggle<Field extends "platforms" | "polarisations" | "tiers">(field: Field, value: FiltersView[Field][number]): void {
    const before = this[field] as FiltersView[Field][number][];
    const after = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
    (this[field] as FiltersView[Field][number][]) = after;
  }

  reset(): void {
    this.season = NO_SEASON;
    this.periods = [];
    this.minCoverage = 0;
    this.platforms = this.polarisations = this.tiers = [];
    this.orbitDirection = null;
    this.relativeOrbits = this.tiles = this.names = "";
  }
}

const PLATFORMS: [prefix: string, platforms: string[]][] = [
  ["sentinel-2", ["sentinel-2a", "sentinel-2b", "sentinel-2c"]],
  ["sentinel-1", ["sentinel-1a", "sentinel-1b", "sentinel-1c", "sentinel-1d"]],
  ["landsat", ["landsat-8", "landsat-9"]],
];

export function platformsOf(sensors: Sensor[]): string[] {
  return PLATFORMS.filter(([prefix]) => sensors.some((sensor) => sensor.startsWith(prefix))).flatMap(([, platforms]) => platforms);
}
