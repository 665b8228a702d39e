import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import { backendWith, holding } from "../ipc/samples";
import type { HoldingView } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import HoldingsSection from "./HoldingsSection.svelte";

async function show(list: HoldingView[], commands: Partial<Backend> = {}, root = { folder: "/data/library", there: true, free: 2e11 as number | null }) {
  const swath = new Workspace(backendWith({ holdings: async () => list, libraryRoot: async () => root, ...commands }));
  render(InWorkspace, { props: { swath, component: HoldingsSection, given: {} } });
  await screen.findByTestId("library-root");
  return swath;
}

describe("the library's scenes", () => {
  it("tell what they are, where they came from, and when they were checked", async () => {
    await show([holding(1, { thumbnail: true })]);
    const row = screen.getByTestId("holding-row");
    expect(row.textContent).toContain("Sentinel-2 L2A · 1 Jul 2025 · 32TLS");
    expect(row.textContent).toContain("Red · 90.0 MB · Earth Search");
    expect(row.querySelector("img")!.getAttribute("src")).toBe("thumb:holding/1");
    expect(screen.getByTestId("library-root").textContent).toBe("90.0 MB in /data/library · 200 GB free");
  });

  it("draw only what is in view of 2,000", async () => {
    await show(Array.from({ length: 2000 }, (_, at) => holding(at + 1)));
    expect(screen.getAllByTestId("holding-row").length).toBeLessThan(30);
  });

  it("say what is wrong, and filter by that", async () => {
    await show([holding(1), holding(2, { state: "damaged", why: "B04 is shorter" })]);
    await userEvent.click(screen.getByTestId("holdings-state-damaged"));
    expect(screen.getByTestId("holding-row").dataset.holdingState).toBe("damaged");
    expect(screen.getByTestId("holding-row").textContent).toContain("B04 is shorter");
    await userEvent.type(screen.getByTestId("holdings-search"), "nowhere");
    expect(screen.queryByTestId("holding-row")).toBeNull();
  });

  it.each([["holding-remove-yes", true, "It can be brought back from there."], ["holding-delete", false, "Removed S2B_1, 90.0 MB freed."]] as const)(
    "go after one question that names the bytes: %s", async (button, bin, said) => {
      const holdingRemove = vi.fn(async () => 90e6);
      const swath = await show([holding(1)], { holdingRemove });
      await userEvent.click(screen.getByTestId("holding-remove"));
      expect(screen.getByRole("alertdialog").textContent).toContain("90.0 MB");
      expect(holdingRemove).not.toHaveBeenCalled();
      await userEvent.click(screen.getByTestId(button));
      expect(holdingRemove).toHaveBeenCalledWith(1, bin);
      expect(String(swath.notices.items[0]!.body)).toContain(said);
    });

  it("are taken off the list where their files have gone already", async () => {
    await show([holding(1, { state: "missing" })]);
    await userEvent.click(screen.getByTestId("holding-remove"));
    expect(screen.getByTestId("holding-remove-yes").textContent).toBe("Take it off the list");
    expect(screen.queryByTestId("holding-delete")).toBeNull();
  });

  it("are unpacked by a transfer", async () => {
    const holdingUnpack = vi.fn(async () => ({ batch: 1, ordered: 1, held: 0, queued: 0 }));
    const swath = await show([holding(1, { content: { kind: "safe-zip", bands: [] } }), holding(2)], { holdingUnpack });
    expect(screen.getAllByTestId("holding-unpack")).toHaveLength(1);
    await userEvent.click(screen.getByTestId("holding-unpack"));
    expect(holdingUnpack).toHaveBeenCalledWith(1);
    expect([swath.tray.open, swath.tray.tab]).toEqual([true, "downloads"]);
  });

  it.each([[{ found: 3, stillMissing: 0 }, "Found 3; nothing is missing now."], [{ found: 1, stillMissing: 2 }, "Found 1; 2 are still missing."]])(
    "are looked for: %j", async (relinked, text) => {
      const swath = await show([holding(1, { state: "missing" })], { libraryRelink: async () => relinked });
      await userEvent.click(screen.getByTestId("library-menu"));
      await userEvent.click(screen.getByTestId("library-relink"));
      expect(swath.notices.items.map((one) => one.body)).toEqual([text]);
    });

  it("teach when there are none, and say when their folder has gone", async () => {
    await show([], {}, { folder: "/media/disk", there: false, free: null });
    expect(screen.getByTestId("holdings-empty").textContent).toContain("No scenes have been downloaded.");
    expect(screen.getByTestId("library-root").textContent).toBe("The folder /media/disk is not there. Connect its disk, or re-link it.");
  });
});
