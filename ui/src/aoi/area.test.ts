import { describe, expect, it } from "vitest";
import type { AreaView, Coordinates } from "../ipc/types";
import { area, backendWith, later, SQUARE } from "../ipc/samples";
import { History } from "../shared/history.svelte";
import { rectangle } from "../shared/geo";
import { AreaStore } from "./area.svelte";

const SMALL = rectangle([7, 46, 7.1, 46.1]);

function store(areaCheck: (coordinates: Coordinates) => Promise<AreaView>) {
  const history = new History();
  return { history, areas: new AreaStore(backendWith({ areaCheck }), history) };
}

describe("area", () => {
  it("shows a drawn shape before it is checked", async () => {
    const answer = later<AreaView>();
    const { areas } = store(() => answer.promise);
    const drawn = areas.draw(SQUARE);
    expect(areas.current?.coordinates).toBe(SQUARE);
    expect(areas.checking).toBe(true);
    answer.resolve({ ...area(), notes: ["closed-ring"] });
    await drawn;
    expect(areas.current?.notes).toEqual(["closed-ring"]);
    expect(areas.checking).toBe(false);
  });

  it("goes back and forth through checked areas", async () => {
    const { areas, history } = store(async (coordinates) => area(coordinates));
    await areas.draw(SQUARE);
    await areas.draw(SMALL);
    history.undo();
    expect(areas.current?.coordinates).toEqual(SQUARE);
    history.undo();
    expect(areas.current).toBeNull();
    expect(history.canUndo).toBe(false);
    history.redo();
    history.redo();
    expect(areas.current?.coordinates).toEqual(SMALL);
  });

  it("forgets what could be redone once something new is drawn", async () => {
    const { areas, history } = store(async (coordinates) => area(coordinates));
    await areas.draw(SQUARE);
    history.undo();
    await areas.draw(SMALL);
    expect(history.canRedo).toBe(false);
  });

  it("drops the answer to a shape that was drawn over", async () => {
    const answers = [later<AreaView>(), later<AreaView>()];
    let asked = 0;
    const { areas, history } = store(() => answers[asked++]!.promise);
    const first = areas.draw(SQUARE);
    const second = areas.draw(SMALL);
    answers[1]!.resolve(area(SMALL));
    answers[0]!.resolve(area(SQUARE));
    await Promise.all([first, second]);
    expect(areas.current?.coordinates).toEqual(SMALL);
    history.undo();
    expect(areas.current).toBeNull();
  });

  it("keeps the last good area when a shape is refused", async () => {
    let refuse = false;
    const { areas } = store(async (coordinates) => {
      if (refuse) throw { code: "invalid-area", message: "edges cross", detail: null };
      return area(coordinates);
    });
    await areas.draw(SQUARE);
    refuse = true;
    await areas.draw(SMALL);
    expect(areas.current?.coordinates).toEqual(SQUARE);
    expect(areas.error?.code).toBe("invalid-area");
  });

  it("lets an undo overtake a check that is under way", async () => {
    const answer = later<AreaView>();
    let asked = 0;
    const { areas, history } = store((coordinates) => (asked++ === 0 ? Promise.resolve(area(coordinates)) : answer.promise));
    await areas.draw(SQUARE);
    const second = areas.draw(SMALL);
    history.undo();
    answer.resolve(area(SMALL));
    await second;
    expect(areas.current).toBeNull();
  });
});
