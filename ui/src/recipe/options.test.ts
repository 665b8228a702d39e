import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Backend } from "../ipc/backend";
import { area, backendWith, scene, SQUARE } from "../ipc/samples";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import HandOptions from "./HandOptions.svelte";
import MaskOptions from "./MaskOptions.svelte";
import MethodOptions from "./MethodOptions.svelte";

function show(component: typeof HandOptions, commands: Partial<Backend> = {}) {
  const swath = new Workspace(backendWith(commands));
  swath.area.replace(area());
  swath.scenes.begin(SQUARE);
  swath.scenes.add([scene("a"), scene("b", { datetime: "2025-07-11T10:30:00Z" })]);
  render(InWorkspace, { props: { swath, component, given: {} } });
  return swath;
}

const value = (testid: string) => screen.getByTestId(testid).querySelector(".value")!.textContent;
const names = (testid: string) => screen.queryAllByTestId(testid).map((one) => one.textContent!.trim());

describe("the method", () => {
  it("is one click from cloud-free to plain and back", async () => {
    const { recipe } = show(MethodOptions);
    expect([value("recipe-method"), recipe.isDefault]).toEqual(["Cloud-free (recommended)", true]);
    await userEvent.click(screen.getByTestId("preset-plain"));
    expect([recipe.isPlain, recipe.image.gradedBuffersM, recipe.image.screening]).toEqual([true, [], false]);
    expect(screen.getByTestId("preset-plain").getAttribute("aria-pressed")).toBe("true");
    await userEvent.click(screen.getByTestId("preset-clean"));
    expect([recipe.isDefault, recipe.image.gradedBuffersM]).toEqual([true, [720, 360, 120, 0]]);
  });

  it.each([
    ["percentile", "percent", { kind: "percentile", percent: 25 }], ["max-index", "index", { kind: "max-index", index: "ndvi" }],
    ["fill", "fill-day", { kind: "fill" }], ["first-clear", "order", { kind: "first-clear" }],
    ["medoid", null, { kind: "medoid" }], ["geometric-median", null, { kind: "geometric-median" }], ["best-pixel", null, { kind: "best-pixel", weightDay: 1 }],
  ] as const)("asks for no more than it needs: %s", async (kind, field, expected) => {
    const { recipe } = show(MethodOptions);
    await userEvent.selectOptions(screen.getByTestId("method"), kind);
    expect(recipe.image.method).toMatchObject(expected);
    for (const one of ["percent", "index", "fill-day", "order"]) expect([one, screen.queryByTestId(one) !== null]).toEqual([one, one === field]);
  });

  it("says which field is wrong", async () => {
    show(MethodOptions);
    await userEvent.selectOptions(screen.getByTestId("method"), "percentile");
    await userEvent.clear(screen.getByTestId("percent"));
    await userEvent.type(screen.getByTestId("percent"), "101");
    expect(screen.getByTestId("percent").getAttribute("aria-invalid")).toBe("true");
  });
});

describe("marks by hand", () => {
  it("hold for all scenes, or for the one that is looked at, and can be taken back", async () => {
    const { recipe, scenes, history } = show(HandOptions);
    expect(names("mark")).toEqual([]);
    recipe.mark("cloud", SQUARE, null);
    recipe.mark("clear", SQUARE, "b");
    await screen.findAllByTestId("mark");
    expect(names("mark")[0]).toContain("all scenes");
    expect(names("mark")[1]).toContain("11 Jul 2025");
    await userEvent.click(screen.getAllByTestId("mark")[0]!.querySelector("button")!);
    expect(recipe.choice.mask.byHand).toEqual([{ shows: "clear", area: SQUARE, scenes: ["b"] }]);
    history.undo();
    expect(recipe.choice.mask.byHand).toHaveLength(2);
    scenes.toggleExcluded("a");
    await screen.findByTestId("excluded");
    expect([names("excluded").length, recipe.choice.excluded, recipe.choice.sceneIds]).toEqual([1, ["a"], ["b"]]);
    await userEvent.click(screen.getByTestId("excluded").querySelector("button")!);
    expect(recipe.choice.excluded).toEqual([]);
  });

  it("take up one tool at a time", async () => {
    const { map } = show(HandOptions);
    await userEvent.click(screen.getByTestId("mark-cloud"));
    expect([map.tool, map.marking]).toEqual(["polygon", "cloud"]);
    await userEvent.click(screen.getByTestId("mark-clear"));
    expect([map.marking, screen.getByTestId("mark-cloud").getAttribute("aria-pressed")]).toEqual(["clear", "false"]);
    await userEvent.click(screen.getByTestId("mark-clear"));
    expect([map.tool, map.marking]).toEqual([null, null]);
  });
});

describe("the mask", () => {
  it("takes a model that the user chose, and tells what its card says", async () => {
    const modelChoose = async () => ({ path: "/models/a.onnx", name: "Mountain clouds", bands: ["red" as const], classes: ["clear", "cloud"], pixelM: 20 });
    const { recipe } = show(MaskOptions, { modelChoose });
    await userEvent.selectOptions(screen.getByTestId("mask-from"), "model");
    expect(recipe.problem).toBe("no-model");
    await userEvent.click(screen.getByTestId("model-choose"));
    expect((await screen.findByTestId("model-facts")).textContent).toContain("Mountain clouds");
    expect([recipe.problem, recipe.choice.mask.model]).toEqual([null, "/models/a.onnx"]);
  });

  it("keeps the model there was when another one is refused, and says why", async () => {
    const { recipe } = show(MaskOptions, { modelChoose: () => Promise.reject({ code: "invalid-recipe", message: "it has no card", detail: null }) });
    recipe.mask.model = "/models/old.onnx";
    await userEvent.selectOptions(screen.getByTestId("mask-from"), "model");
    await userEvent.click(screen.getByTestId("model-choose"));
    expect((await screen.findByRole("alert")).textContent).toContain("it has no card");
    expect(recipe.mask.model).toBe("/models/old.onnx");
  });

  it("drops the classes that are chosen, and leaves the rest away when nobody masks", async () => {
    const { recipe } = show(MaskOptions);
    await userEvent.click(screen.getByTestId("drop-snow"));
    await userEvent.click(screen.getByTestId("drop-cirrus"));
    expect(recipe.choice.mask.drop).toEqual(["cloud", "shadow", "snow", "saturated"]);
    await userEvent.selectOptions(screen.getByTestId("mask-from"), "nobody");
    expect([screen.queryByTestId("drop-snow"), value("recipe-mask")]).toEqual([null, "No mask"]);
  });
});
