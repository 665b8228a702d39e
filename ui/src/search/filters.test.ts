import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { backendWith, NO_LIMITS } from "../ipc/samples";
import type { Sensor } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import { parseNames, parseOrbits, parseTiles, readMonthDay } from "./filterFields";
import Filters from "./Filters.svelte";
import { FiltersStore } from "./filters.svelte";

const S2: Sensor[] = ["sentinel-2-l2a"];
const S1: Sensor[] = ["sentinel-1-grd"];
const LANDSAT: Sensor[] = ["landsat-c2-l2"];

describe("text", () => {
  it.each<[string, string[] | null]>([
    ["", []], ["32TLS", ["32TLS"]], ["t32tls，1FBE", ["32TLS", "01FBE"]], ["191/028 192-27", ["191028", "192027"]], ["191028", ["191028"]],
    ["61TLS", null], ["32TIS", null], ["nowhere", null],
  ])("reads tiles %j as %j", (text, tiles) => expect(parseTiles(text)).toEqual(tiles));

  it.each<[string, number[] | null]>([["", []], ["22, 65", [22, 65]], ["R022；22", [22]], ["0", null], ["176", null], ["x", null]])(
    "reads orbits %j as %j", (text, orbits) => expect(parseOrbits(text)).toEqual(orbits));

  it.each([["6/1", "06-01"], ["6月15日", "06-15"], ["0229", "02-29"], ["02-30", "02-30"], [" summer ", "summer"]])(
    "reads the day %j as %j", (text, day) => expect(readMonthDay(text)).toBe(day));

  it("reads names apart", () => expect(parseNames("S2B_*\nS2A_* S2B_*")).toEqual(["S2B_*", "S2A_*"]));
});

describe("filters", () => {
  function filled() {
    const filters = new FiltersStore();
    filters.season = { from: "11-15", to: "02-29" };
    filters.periods = [{ from: "2024-01-01", to: "2024-03-01" }];
    filters.minCoverage = 40;
    filters.platforms = ["sentinel-2b", "landsat-9"];
    filters.orbitDirection = "descending";
    filters.relativeOrbits = "22";
    filters.polarisations = ["vv", "vh"];
    filters.tiers = ["T1"];
    filters.tiles = "32TLS";
    filters.names = "S2B_*";
    return filters;
  }
  const always = {
    season: { from: "11-15", to: "02-29" }, periods: [{ from: "2024-01-01", to: "2024-03-01" }], minCoverage: 0.4, names: ["S2B_*"],
  };

  it("limit nothing as they come", () => {
    expect(new FiltersStore().view(S2, 0)).toEqual(NO_LIMITS);
    expect(new FiltersStore().count(S2, 0)).toBe(0);
  });

  it.each([
    [S2, { ...NO_LIMITS, ...always, minClear: 0.7, platforms: ["sentinel-2b"], orbitDirection: "descending", relativeOrbits: [22], tiles: ["32TLS"] }, 9],
    [S1, { ...NO_LIMITS, ...always, orbitDirection: "descending", relativeOrbits: [22], polarisations: ["vv", "vh"] }, 7],
    [LANDSAT, { ...NO_LIMITS, ...always, minClear: 0.7, platforms: ["landsat-9"], tiers: ["T1"], tiles: ["32TLS"] }, 8],
  ])("send only what makes sense for %j", (sensors, view, count) => {
    expect(filled().view(sensors, 0.7)).toEqual(view);
    expect(filled().count(sensors, 0.7)).toBe(count);
  });

  it.each<[string, (filters: FiltersStore) => void, string]>([
    ["half a season", (filters) => (filters.season = { from: "06-01", to: "" }), "season"],
    ["a day that is none", (filters) => (filters.season = { from: "06-01", to: "06-31" }), "season"],
    ["a period that ends before it begins", (filters) => (filters.periods = [{ from: "2025-02-01", to: "2025-01-01" }]), "periods"],
    ["an orbit too many", (filters) => (filters.relativeOrbits = "200"), "relativeOrbits"],
    ["a tile that is none", (filters) => (filters.tiles = "Bern"), "tiles"],
  ])("tell of %s and leave it out", (_name, change, field) => {
    const filters = new FiltersStore();
    change(filters);
    expect([...filters.wrong]).toEqual([field]);
    expect(filters.problem(S2)).toBe(true);
    expect(filters.view(S2, 0)).toEqual(NO_LIMITS);
    filters.reset();
    expect(filters.problem(S2)).toBe(false);
  });

  it("do not stop a search to which a wrong field does not apply", () => {
    const filters = new FiltersStore();
    filters.tiles = "Bern";
    expect(filters.problem(S1)).toBe(false);
  });
});

it("shows what fits the sensors, counts what is in force and resets it", async () => {
  const swath = new Workspace(backendWith({}));
  render(InWorkspace, { props: { swath, component: Filters, given: {} } });
  expect(screen.queryByTestId("polarisation-vv")).toBeNull();
  expect(screen.queryByTestId("tier-T1")).toBeNull();
  swath.search.sensors = ["sentinel-1-grd"];
  await userEvent.click(await screen.findByTestId("polarisation-vv"));
  expect(screen.queryByTestId("filter-tiles")).toBeNull();
  await userEvent.click(screen.getByTestId("season-jja"));
  expect(screen.getByTestId("filter-count").textContent).toBe("2");
  await userEvent.type(screen.getByTestId("filter-orbits"), "500");
  expect(screen.getByRole("alert").textContent).toContain("175");
  await userEvent.click(screen.getByTestId("filters-reset"));
  expect([swath.search.activeFilters, screen.queryByTestId("filter-count")]).toEqual([0, null]);
});
