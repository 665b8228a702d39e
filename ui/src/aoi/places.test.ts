import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { area, backendWith, later, SQUARE } from "../ipc/samples";
import type { PlaceView } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import GoTo from "./GoTo.svelte";
import { PlacesStore } from "./places.svelte";

const BERN: PlaceView = { title: "Bern 伯尔尼", subtitle: "Switzerland", kind: "city", position: [7.45, 46.95], bbox: null, outline: null };
const TILE: PlaceView = { title: "32TLS", subtitle: null, kind: "mgrs", position: [7.5, 46.5], bbox: [7, 46, 8, 47], outline: SQUARE };

describe("suggestions", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are asked for when the hands rest, and once", async () => {
    const asked: string[] = [];
    const places = new PlacesStore(backendWith({ places: async (text) => (asked.push(text), [BERN]) }));
    for (const text of ["b", "be", "ber"]) {
      places.type(text);
      await vi.advanceTimersByTimeAsync(60);
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual(["ber"]);
    expect([places.suggestions, places.asking, places.answered]).toEqual([[BERN], false, true]);
  });

  it("of words that were typed over are dropped", async () => {
    const answers = new Map(["be", "bo"].map((text) => [text, later<PlaceView[]>()]));
    const places = new PlacesStore(backendWith({ places: (text) => answers.get(text)!.promise }), 0);
    places.type("be");
    await vi.advanceTimersByTimeAsync(1);
    places.type("bo");
    await vi.advanceTimersByTimeAsync(1);
    answers.get("bo")!.resolve([TILE]);
    await vi.advanceTimersByTimeAsync(1);
    answers.get("be")!.resolve([BERN]);
    await vi.advanceTimersByTimeAsync(1);
    expect(places.suggestions).toEqual([TILE]);
  });

  it("have plain coordinates at once, and keep them when nobody can be asked", async () => {
    const places = new PlacesStore(backendWith({ places: () => Promise.reject({ code: "internal", message: "no", detail: null }) }), 0);
    places.type("7.25, 46.1");
    expect(places.suggestions.map((one) => [one.kind, one.position])).toEqual([["coordinates", [7.25, 46.1]]]);
    await vi.advanceTimersByTimeAsync(1);
    expect([places.suggestions.length, places.error?.code]).toEqual([1, "internal"]);
  });

  it("leave coordinates to who reads them better", async () => {
    const better: PlaceView = { ...BERN, title: "46°6′ N", kind: "coordinates" };
    const places = new PlacesStore(backendWith({ places: async () => [better] }), 0);
    places.type("7.25 46.1");
    await vi.advanceTimersByTimeAsync(1);
    expect(places.suggestions).toEqual([better]);
  });
});

describe("the box", () => {
  async function show(places: PlaceView[]) {
    const swath = new Workspace(backendWith({ places: async () => places, areaCheck: async (outline) => area(outline) }));
    render(InWorkspace, { props: { swath, component: GoTo, given: {} } });
    await userEvent.type(screen.getByTestId("go-to"), "x");
    return swath;
  }

  it("goes where the arrow keys point", async () => {
    const swath = await show([BERN, TILE]);
    await screen.findByText("32TLS");
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(swath.map.target).toEqual({ bbox: TILE.bbox });
    expect([swath.places.text, swath.places.offered?.title]).toEqual(["", "32TLS"]);
    await userEvent.click(await screen.findByTestId("place-offer-take"));
    expect(swath.area.current?.coordinates).toEqual(SQUARE);
    expect(screen.queryByTestId("place-offer")).toBeNull();
  });

  it("flies to a place without a box, and takes a tile straight from the list", async () => {
    const swath = await show([BERN, TILE]);
    await userEvent.click(await screen.findByText("Bern 伯尔尼"));
    expect(swath.map.target).toEqual({ center: [7.45, 46.95] });
    expect(swath.places.offered).toBeNull();
    await userEvent.type(screen.getByTestId("go-to"), "y");
    await userEvent.click(await screen.findByTestId("place-take"));
    expect(swath.area.current?.coordinates).toEqual(SQUARE);
  });

  it("says that nothing was found, and Escape empties it", async () => {
    const swath = await show([]);
    await screen.findByTestId("places-none");
    await userEvent.keyboard("{Escape}");
    expect(swath.places.text).toBe("");
  });
});
