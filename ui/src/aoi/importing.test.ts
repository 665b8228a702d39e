import { describe, expect, it } from "vitest";
import { area, backendWith, fileOf, later, SQUARE } from "../ipc/samples";
import type { Backend } from "../ipc/backend";
import type { AreaFeatureView, AreaFileView, AreaLayerView, AreaView, PointsChoice } from "../ipc/types";
import { History } from "../shared/history.svelte";
import { AreaStore } from "./area.svelte";
import { geometryWord } from "./geometry";
import { ImportChoice, PAGE } from "./importing.svelte";

const COUNTIES: AreaLayerView = { name: "县界", features: 450, usable: 449, geometry: "polygons", crs: "EPSG:4490", fields: ["名称", "代码"] };
const WELLS: AreaLayerView = { name: "wells", features: 3, usable: 3, geometry: "points", crs: null, fields: [] };
const FILE: AreaFileView = { key: 7, name: "县界.shp", layers: [COUNTIES, WELLS], area: null };
const NAMES = ["延庆区", "怀柔区", "密云区"];

function row(id: number): AreaFeatureView {
  const label = NAMES[id % 3]!;
  return { id, label, values: [label, String(110_000 + id)], areaKm2: 10, outline: id === 3 ? null : SQUARE, problem: id === 3 ? "empty" : null };
}

const pages: Partial<Backend> = {
  areaFeatures: async (_key, layer, from, count) => {
    const all = layer === "wells" ? 3 : 450;
    return Array.from({ length: Math.min(count, all - from) }, (_, at) => row(from + at));
  },
};

async function opened(commands: Partial<Backend> = {}) {
  const choice = new ImportChoice(backendWith({ ...pages, ...commands }), FILE);
  await expect.poll(() => choice.rows.length).toBeGreaterThan(0);
  return choice;
}

describe("the rows of a file", () => {
  it("come page by page, each once", async () => {
    const choice = await opened();
    expect(choice.rows).toHaveLength(PAGE);
    await Promise.all([choice.more(), choice.more()]);
    expect(choice.rows).toHaveLength(2 * PAGE);
    await choice.loadAll();
    expect(choice.rows.map((one) => one.id)).toEqual(Array.from({ length: 450 }, (_, id) => id));
    expect(choice.complete).toBe(true);
  });

  it("are found by any column, in Chinese too", async () => {
    const choice = await opened();
    choice.text = "怀柔 110001";
    expect(choice.shown.map((one) => one.id)).toEqual([1]);
    choice.text = "没有";
    expect(choice.shown).toEqual([]);
  });

  it("of a layer that was left do not arrive in the next one", async () => {
    const answer = later<AreaFeatureView[]>();
    let asked = 0;
    const choice = new ImportChoice(backendWith({ areaFeatures: () => (asked++ === 0 ? answer.promise : Promise.resolve([row(0)])) }), FILE);
    choice.openLayer("wells");
    answer.resolve([row(5), row(6)]);
    await expect.poll(() => choice.loading).toBe(false);
    expect(choice.rows.map((one) => one.id)).toEqual([0]);
  });

  it("tell why they could not be read, and can be asked for again", async () => {
    let broken = true;
    const choice = new ImportChoice(backendWith({
      areaFeatures: async (...asked) => {
        if (broken) throw { code: "internal", message: "truncated", detail: null };
        return pages.areaFeatures!(...asked);
      },
    }), FILE);
    await expect.poll(() => choice.error?.message).toBe("truncated");
    broken = false;
    await choice.more();
    expect([choice.rows.length, choice.error, choice.failed]).toEqual([PAGE, null, "rows"]);
  });
});

describe("the choice", () => {
  it("takes single rows and ranges, never one without an outline", async () => {
    const choice = await opened();
    choice.toggle(choice.rows[0]!);
    choice.chooseRange(choice.rows[5]!, choice.rows[2]!);
    choice.toggle(choice.rows[3]!);
    expect([...choice.chosen].sort()).toEqual([0, 2, 4, 5]);
    choice.toggle(choice.rows[0]!);
    expect(choice.count).toBe(3);
  });

  it("takes what the text leaves, and lets it go again", async () => {
    const choice = await opened();
    choice.text = "密云";
    choice.toggleShown(true);
    expect(choice.count).toBe(choice.shown.length);
    choice.text = "110002";
    choice.toggleShown(false);
    expect(choice.chosen.has(2)).toBe(false);
    expect(choice.chosen.has(5)).toBe(true);
  });

  it("asks for all features without listing them", async () => {
    const asked: [features: number[] | null, points: PointsChoice][] = [];
    const choice = await opened({ areaChoose: async (_key, _layer, features, points) => (asked.push([features, points]), area()) });
    choice.toggleAll();
    expect(choice.count).toBe(449);
    await choice.take();
    choice.toggle(choice.rows[1]!);
    expect([choice.all, choice.chosen.has(1), choice.chosen.has(0)]).toEqual([false, false, true]);
    choice.toggleShown(false);
    choice.toggle(choice.rows[9]!);
    choice.toggle(choice.rows[4]!);
    await choice.take();
    expect(asked.map(([features]) => features)).toEqual([null, [4, 9]]);
  });

  it("takes points, which have no outline yet, but not what has a reason against it", async () => {
    const choice = await opened({
      areaFeatures: async () => [{ ...row(0), outline: null }, { ...row(1), outline: null, problem: "out of range" }],
    });
    choice.toggleShown(true);
    expect(choice.count).toBe(0);
    choice.openLayer("wells");
    await expect.poll(() => choice.rows.length).toBe(2);
    choice.toggleShown(true);
    expect([...choice.chosen]).toEqual([0]);
  });

  it("asks what becomes of points only where there are any, and refuses a senseless buffer", async () => {
    const choice = await opened();
    expect(choice.hasPoints).toBe(false);
    choice.openLayer("wells");
    choice.toggleAll();
    expect([choice.hasPoints, choice.ready]).toEqual([true, true]);
    choice.points = { kind: "buffer", metres: NaN };
    expect(choice.ready).toBe(false);
    choice.points = { kind: "hull" };
    expect(choice.ready).toBe(true);
  });
});

describe("a file becomes the area", () => {
  function store(file: AreaFileView, areaChoose: () => Promise<AreaView> = async () => area()) {
    return new AreaStore(backendWith({ ...pages, areaImport: async () => file, areaChoose }), new History());
  }

  it("at once when there is nothing to choose", async () => {
    const areas = store(fileOf(area()));
    expect(await areas.import()).toBe(true);
    expect([areas.current !== null, areas.importing]).toEqual([true, null]);
  });

  it("after a choice, which an error leaves open", async () => {
    let refuse = true;
    const areas = store(FILE, async () => {
      if (refuse) throw { code: "invalid-area", message: "crosses itself", detail: null };
      return area();
    });
    await areas.import();
    await expect.poll(() => areas.importing?.rows.length).toBe(PAGE);
    areas.importing!.toggle(areas.importing!.rows[0]!);
    await areas.choose();
    expect([areas.importing?.error?.code, areas.importing?.failed, areas.current]).toEqual(["invalid-area", "area", null]);
    refuse = false;
    await areas.choose();
    expect([areas.importing, areas.current !== null]).toEqual([null, true]);
  });

  it("not when it was closed meanwhile", async () => {
    const answer = later<AreaView>();
    const areas = store(FILE, () => answer.promise);
    areas.receive({ file: FILE, error: null });
    await expect.poll(() => areas.importing?.rows.length).toBe(PAGE);
    areas.importing!.toggleAll();
    const chosen = areas.choose();
    areas.importing = null;
    answer.resolve(area());
    await chosen;
    expect(areas.current).toBeNull();
  });
});

it.each([["polygons", "polygons"], ["points", "points"], ["Polygon", "polygons"], ["multi-polygon", "polygons"], ["MultiLineString", "lines"], ["point", "points"], ["mixed", "mixed"], ["TIN", "TIN"]])(
  "calls %s %s", (geometry, word) => expect(geometryWord(geometry)).toBe(word));
