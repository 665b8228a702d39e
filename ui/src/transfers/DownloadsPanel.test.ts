import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import { backendWith, transfer } from "../ipc/samples";
import type { TransferView } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import DownloadsPanel from "./DownloadsPanel.svelte";

function show(list: TransferView[], commands: Partial<Backend> = {}) {
  const swath = new Workspace(backendWith({ transfers: async () => list, ...commands }));
  swath.transfers.hear(list.map((one) => ({ kind: "changed", transfer: one })));
  render(InWorkspace, { props: { swath, component: DownloadsPanel, given: {} } });
  return swath;
}
const shown = () => screen.getAllByTestId("transfer-row").map((row) => Number(row.dataset.transferId));
const press = async (key: string, options: object = {}) => {
  await fireEvent.keyDown(screen.getByTestId("transfer-list"), { key, ...options });
  await tick();
};

describe("the list of downloads", () => {
  it("draws what is in view of 2,000 rows, and the rest when one goes there", async () => {
    show(Array.from({ length: 2000 }, (_, at) => transfer(at + 1, { state: "queued" })));
    expect(shown().length).toBeLessThan(40);
    const list = screen.getByTestId("transfer-list");
    expect(list.getAttribute("aria-rowcount")).toBe("2001");
    list.scrollTop = 46 * 1500;
    await fireEvent.scroll(list);
    expect(shown().length).toBeLessThan(40);
    expect(shown()).toContain(1500);
  });

  it("filters, and says so when nothing is left", async () => {
    show([transfer(1), transfer(2, { state: "succeeded" })]);
    expect(screen.getByTestId("transfers-filter-active").textContent).toContain("1");
    await userEvent.click(screen.getByTestId("transfers-filter-active"));
    expect(shown()).toEqual([1]);
    await userEvent.click(screen.getByTestId("transfers-filter-failed"));
    expect(screen.getByTestId("transfers-none").textContent).toBe("Nothing has failed.");
  });

  it("teaches when it is empty", () => {
    show([]);
    expect(screen.getByTestId("transfers-empty").textContent).toContain("Search for scenes");
  });

  it.each([
    ["transfers-pause-all", "transfersPause", [1, 2]], ["transfers-resume-all", "transfersResume", [3]],
    ["transfers-retry-failed", "transfersRetry", [4]], ["transfers-clear", "transfersRemove", [5, 6]],
    ["batch-pause", "transfersPause", [1, 2]], ["batch-retry", "transfersRetry", [4]],
  ] as const)("%s is for those that it is for", async (button, command, ids) => {
    const called = vi.fn(async () => {});
    show([
      transfer(1), transfer(2, { state: "queued" }), transfer(3, { state: "paused" }), transfer(4, { state: "failed" }),
      transfer(5, { state: "succeeded" }), transfer(6, { state: "cancelled", doneBytes: 0 }),
    ], { [command]: called });
    await userEvent.click(screen.getByTestId(button));
    expect(called).toHaveBeenCalledWith(ids);
  });

  it("cancels a batch after one question that names all that has arrived", async () => {
    const transfersCancel = vi.fn(async () => {});
    show([transfer(1), transfer(2, { state: "queued", doneBytes: 0 }), transfer(3, { state: "succeeded" })], { transfersCancel });
    await userEvent.click(screen.getByTestId("batch-cancel"));
    expect(screen.getByTestId("transfer-cancel-keep").textContent).toBe("Cancel, keep 40.0 MB");
    await userEvent.click(screen.getByTestId("transfer-cancel-delete"));
    expect(transfersCancel).toHaveBeenCalledWith([1, 2], true);
  });

  it.each(["transfers-clear", "batch-clear"])("asks before what was kept of cancelled ones goes: %s", async (button) => {
    const transfersRemove = vi.fn(async () => {});
    show([transfer(1, { state: "cancelled" }), transfer(2, { state: "succeeded" })], { transfersRemove });
    await userEvent.click(screen.getByTestId(button));
    expect(transfersRemove).not.toHaveBeenCalled();
    await userEvent.click(screen.getByText("Clear, delete 40.0 MB"));
    expect(transfersRemove).toHaveBeenCalledWith([1, 2]);
  });

  it("is walked, folded and worked with the keyboard", async () => {
    const transfersPause = vi.fn(async () => {});
    const swath = show([transfer(1), transfer(2)], { transfersPause });
    await press("ArrowDown");
    expect(swath.transfers.current).toBe("batch-1");
    await press("End");
    expect(screen.getByTestId("transfer-list").getAttribute("aria-activedescendant")).toBe("transfer-2");
    await press("Enter");
    expect(screen.getByTestId("transfer-details")).toBeTruthy();
    await press(" ");
    expect(transfersPause).toHaveBeenCalledWith([2]);
    await press("ArrowLeft");
    await press("ArrowLeft");
    expect(swath.transfers.current).toBe("batch-1");
    await press("ArrowLeft");
    expect(screen.queryByTestId("transfer-row")).toBeNull();
    await press("ArrowRight");
    await press("ArrowDown");
    await press("Delete");
    await vi.waitFor(() => expect(screen.getByTestId("transfer-ask")).toBeTruthy());
  });

  it.each([["ArrowUp", { id: 2, before: 1 }], ["ArrowDown", { id: 3, before: 2 }], ["End", { id: 2, before: null }], ["Home", { id: 2, before: 1 }]] as const)(
    "reorders with Alt and %s", async (key, wanted) => {
      const transferMove = vi.fn(async () => {});
      const swath = show([transfer(1), transfer(2), transfer(3)], { transferMove });
      swath.transfers.current = "transfer-2";
      await press(key, { altKey: true });
      expect(transferMove).toHaveBeenCalledWith(wanted.id, wanted.before);
    });

  it("carries a row with the pointer to another place in its batch", async () => {
    const transferMove = vi.fn(async () => {});
    show([transfer(1), transfer(2), transfer(3), transfer(4, { batch: 2 })], { transferMove });
    const list = screen.getByTestId("transfer-list");
    const grip = screen.getAllByTestId("transfer-grip")[2]!;
    // Rows begin below the batch's line of 38 px and are 46 px high; the list lies at 0 here.
    await fireEvent.pointerDown(grip, { button: 0, clientY: 38 + 2 * 46 + 20, pointerId: 1 });
    await fireEvent.pointerMove(list, { clientY: 38 + 46 + 5 });
    await fireEvent.pointerUp(list);
    expect(transferMove).toHaveBeenCalledWith(3, 2);
    await fireEvent.pointerDown(screen.getAllByTestId("transfer-grip")[0]!, { button: 0, clientY: 50, pointerId: 1 });
    await fireEvent.pointerMove(list, { clientY: 5000 });
    await fireEvent.pointerUp(list);
    expect(transferMove).toHaveBeenLastCalledWith(1, 4);
  });

  it("leads to its limits in the settings", async () => {
    const swath = show([transfer(1)]);
    await userEvent.click(screen.getByTestId("transfers-settings"));
    expect([swath.dialog, swath.settingsTab]).toEqual(["settings", "transfers"]);
  });
});
