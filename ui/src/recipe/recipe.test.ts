import { describe, expect, it } from "vitest";
import { AreaStore } from "../aoi/area.svelte";
import { area, backendWith, later, scene, SQUARE } from "../ipc/samples";
import type { PlanView, RecipeChoice } from "../ipc/types";
import { ScenesStore } from "../scenes/scenes.svelte";
import { cataloguesOf } from "../search/samples";
import { SearchStore } from "../search/search.svelte";
import { History } from "../shared/history.svelte";
import { availableBands, presetBands } from "./choice";
import { RecipeStore } from "./recipe.svelte";

function stores(plan: (choice: RecipeChoice) => Promise<PlanView> = async () => planOf(1)) {
  const history = new History();
  const backend = backendWith({ plan });
  const areas = new AreaStore(backend, history);
  const scenes = new ScenesStore(backend, history);
  const search = new SearchStore(backend, areas, scenes, cataloguesOf(backend));
  const recipe = new RecipeStore(backend, areas, search, scenes, history);
  areas.replace(area());
  scenes.begin(SQUARE);
  scenes.add([scene("a"), scene("b")]);
  return { areas, scenes, search, recipe, history };
}

function planOf(fetchBytes: number): PlanView {
  return {
    crs: "EPSG:32632", resolution: 10, width: 10, height: 10, blocks: 1, scenes: 2, fetchBytes, cachedBytes: 0,
    diskBytes: 0, memoryBytes: 0, seconds: null,
  };
}

describe("validity", () => {
  it("is fine as it comes", () => expect(stores().recipe.problem).toBeNull());

  it.each<[string, (stores_: ReturnType<typeof stores>) => void, string]>([
    ["no area", ({ areas }) => areas.clear(), "no-area"],
    ["no scene", ({ scenes }) => scenes.begin(SQUARE), "no-scenes"],
    ["scenes that exist as whole products only", ({ scenes }) => scenes.add([scene("a", { composable: false }), scene("b", { composable: false })]), "not-composable"],
    ["no band", ({ recipe }) => (recipe.bands = []), "no-bands"],
    ["a band that no scene has", ({ recipe }) => (recipe.bands = ["vv"]), "no-bands"],
    ["resolution zero", ({ recipe }) => (recipe.resolution = 0), "bad-resolution"],
    ["an emptied resolution field", ({ recipe }) => (recipe.resolution = null as never), "bad-resolution"],
    ["a negative buffer", ({ recipe }) => (recipe.mask.cloudBufferM = -10), "bad-buffer"],
    ["a model without a file", ({ recipe }) => (recipe.mask.from = "model"), "no-model"],
    ["a percentile beyond 100", ({ recipe }) => (recipe.image.method = { kind: "percentile", percent: 120 }), "bad-percent"],
    ["an index without its bands", ({ recipe }) => (recipe.image.method = { kind: "max-index", index: "nbr" }), "no-index-bands"],
    ["a day outside of the period", ({ recipe }) => (recipe.image.method = { kind: "fill", date: "1999-01-01" }), "no-day"],
    ["gaps filled from no day", ({ recipe }) => (recipe.image.gaps = { how: "linear", days: 0 }), "bad-days"],
    ["two sensors unasked", ({ scenes }) => scenes.add([scene("l", { sensor: "landsat-c2-l2" })]), "several-sensors"],
    ["every scene left out", ({ scenes }) => ["a", "b"].forEach((id) => scenes.toggleExcluded(id)), "no-scenes"],
    ["a CRS by name", ({ recipe }) => (recipe.crs = "UTM 32"), "bad-crs"],
  ])("refuses %s", (_name, change, problem) => {
    const all = stores();
    change(all);
    expect(all.recipe.problem).toBe(problem);
  });

  it("sends the selected scenes and only bands that they have", () => {
    const { recipe, scenes } = stores();
    recipe.bands = ["red", "nir", "swir16"];
    scenes.select(["b"]);
    expect(recipe.choice.sceneIds).toEqual(["b"]);
    expect(recipe.choice.bands).toEqual(["red", "nir"]);
  });

  it("leaves out what cannot be read in pieces, and says which", () => {
    const { recipe, scenes } = stores();
    scenes.add([scene("whole", { composable: false })]);
    expect(recipe.choice.sceneIds).toEqual(["a", "b"]);
    expect(scenes.leftOut.map((one) => one.id)).toEqual(["whole"]);
    expect(recipe.problem).toBeNull();
  });

  it("carries the filters of the search", () => {
    const { recipe, search, scenes } = stores();
    search.filters.minCoverage = 50;
    scenes.minClear = 0.3;
    expect(recipe.choice.filters).toMatchObject({ minCoverage: 0.5, minClear: 0.3, tiers: [] });
  });

  it("drops and keeps classes", () => {
    const { recipe } = stores();
    recipe.toggleDrop("snow");
    expect(recipe.mask.drop).toContain("snow");
    recipe.toggleDrop("snow");
    recipe.toggleDrop("cirrus");
    expect(recipe.mask.drop).toEqual(["cloud", "shadow", "saturated"]);
  });

  it("is one step from the plain method and back", () => {
    const { recipe } = stores();
    expect(recipe.isDefault).toBe(true);
    recipe.setCleaning(false);
    expect(recipe.choice.image).toMatchObject({ gradedBuffersM: [], balance: false, screening: false });
    expect([recipe.isPlain, recipe.isDefault]).toEqual([true, false]);
    recipe.setCleaning(true);
    expect(recipe.isDefault).toBe(true);
  });

  it("keeps what is marked by hand, and undoes it", () => {
    const { recipe, history } = stores();
    recipe.mark("cloud", SQUARE, "a");
    recipe.mark("clear", SQUARE, null);
    expect(recipe.choice.mask.byHand.map(({ shows, scenes }) => [shows, scenes])).toEqual([["cloud", ["a"]], ["clear", null]]);
    recipe.removeMark(0);
    expect(recipe.choice.mask.byHand).toHaveLength(1);
    history.undo();
    history.undo();
    expect(recipe.choice.mask.byHand.map(({ shows }) => shows)).toEqual(["cloud"]);
  });

  it("leaves scenes out, says so, and takes them back", () => {
    const { recipe, scenes } = stores();
    scenes.toggleExcluded("a");
    expect([recipe.choice.sceneIds, recipe.choice.excluded]).toEqual([["b"], ["a"]]);
    scenes.toggleExcluded("a");
    expect([recipe.choice.sceneIds, recipe.choice.excluded]).toEqual([["a", "b"], []]);
  });
});

describe("bands", () => {
  it("offers what all scenes have, in spectral order", () => {
    const list = [scene("a", { bands: ["nir", "red", "blue"] }), scene("b", { bands: ["blue", "nir"] })];
    expect(availableBands(list, [])).toEqual(["blue", "nir"]);
  });

  it("takes Landsat's narrow infrared where there is no broad one", () => {
    expect(presetBands("false-colour", ["green", "red", "nir08"])).toEqual(["nir08", "red", "green"]);
  });
});

describe("estimate", () => {
  it("drops an estimate that a newer choice has overtaken", async () => {
    const answers = [later<PlanView>(), later<PlanView>()];
    let asked = 0;
    const { recipe } = stores(() => answers[asked++]!.promise);
    const first = recipe.estimate();
    recipe.resolution = 20;
    const second = recipe.estimate();
    answers[1]!.resolve(planOf(222));
    await second;
    answers[0]!.resolve(planOf(111));
    await first;
    expect(recipe.plan?.fetchBytes).toBe(222);
    expect(recipe.planning).toBe(false);
  });

  it("shows no old number for a choice that cannot be planned", async () => {
    const { recipe } = stores();
    await recipe.estimate();
    expect(recipe.plan).not.toBeNull();
    recipe.bands = [];
    await recipe.estimate();
    expect(recipe.plan).toBeNull();
  });

  it("keeps the reason when planning fails", async () => {
    const { recipe } = stores(() => Promise.reject({ code: "disk-full", message: "3 GB short", detail: null }));
    await recipe.estimate();
    expect(recipe.planError?.code).toBe("disk-full");
  });
});
