import { describe, expect, it } from "vitest";
import { area, backendWith, scene } from "./ipc/samples";
import { onKey } from "./keys";
import { Workspace } from "./workspace.svelte";

function press(swath: Workspace, key: string, options: KeyboardEventInit = {}, target: HTMLElement = document.body) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
  Object.defineProperty(event, "target", { value: target });
  onKey(swath, event);
  return event;
}

describe("keys", () => {
  it("takes up a tool and puts it down", () => {
    const swath = new Workspace(backendWith({}));
    press(swath, "r");
    expect(swath.map.tool).toBe("rectangle");
    press(swath, "o");
    expect(swath.map.tool).toBe("circle");
    press(swath, "Escape");
    expect(swath.map.tool).toBeNull();
  });

  it("edits only where there is an area", () => {
    const swath = new Workspace(backendWith({}));
    press(swath, "e");
    expect(swath.map.tool).toBeNull();
    swath.area.replace(area());
    press(swath, "e");
    expect(swath.map.tool).toBe("edit");
  });

  it("opens the tray at a tab, goes to the other, folds it", () => {
    const swath = new Workspace(backendWith({}));
    const seen = ["j", "d", "D", "d", "j", "j"].map((key) => (press(swath, key), swath.tray.open ? swath.tray.tab : null));
    expect(seen).toEqual(["images", "downloads", null, "downloads", "images", null]);
  });

  it("leaves typing alone", () => {
    const swath = new Workspace(backendWith({}));
    const event = press(swath, "r", {}, document.createElement("input"));
    expect([swath.map.tool, event.defaultPrevented]).toEqual([null, false]);
  });

  it("undoes and redoes", () => {
    const swath = new Workspace(backendWith({}));
    swath.area.replace(area());
    press(swath, "z", { ctrlKey: true });
    expect(swath.area.current).toBeNull();
    press(swath, "Z", { ctrlKey: true, shiftKey: true });
    expect(swath.area.current).not.toBeNull();
  });

  it("walks through scenes and drapes the one it stands on", () => {
    const swath = new Workspace(backendWith({}));
    swath.scenes.add([scene("a")]);
    press(swath, "ArrowDown");
    press(swath, " ");
    expect(swath.scenes.draped).toBe("a");
    press(swath, " ");
    expect(swath.scenes.draped).toBeNull();
  });
});
