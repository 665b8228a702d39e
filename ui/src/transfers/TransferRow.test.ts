import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import { backendWith, transfer } from "../ipc/samples";
import type { TransferView } from "../ipc/types";
import InWorkspace from "../shared/InWorkspace.svelte";
import { Workspace } from "../workspace.svelte";
import TransferRow from "./TransferRow.svelte";

afterEach(() => void vi.useRealTimers());

function show(one: TransferView, commands: Partial<Backend> = {}, unfolded = false) {
  const swath = new Workspace(backendWith(commands));
  swath.transfers.hear([{ kind: "changed", transfer: one }]);
  render(InWorkspace, { props: { swath, component: TransferRow, given: { transfer: one, unfolded, dragged: false, ongrip: () => {} } } });
  return swath;
}
const text = (id: string) => screen.getByTestId(id).textContent!.trim();

describe("a transfer's row", () => {
  it("tells stage, what is wanted, source, tries, bytes, rate and time left", () => {
    show(transfer(1, { tries: 2 }));
    expect(text("transfer-state")).toBe("Running");
    expect(text("transfer-facts")).toBe("Fetching · Red · earth-search · example.org · 2 requests repeated");
    expect([text("transfer-bytes"), text("transfer-rate"), text("transfer-left")]).toEqual(["40.0 MB of 80.0 MB", "5.00 MB/s", "8 s left"]);
    expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("50");
  });

  it("has no share while the size is unknown", () => {
    show(transfer(1, { totalBytes: null }));
    expect(screen.getByRole("progressbar").hasAttribute("aria-valuenow")).toBe(false);
    expect(text("transfer-bytes")).toBe("40.0 MB");
  });

  it("counts down to the end of a pause", async () => {
    vi.useFakeTimers({ now: Date.parse("2025-09-01T08:00:00Z") });
    show(transfer(1, { waiting: { for: "host", until: "2025-09-01T08:01:30Z", host: "example.org", needs: null, account: null } }));
    expect(text("transfer-state")).toBe("Waiting");
    expect(text("transfer-alert")).toBe("example.org asked for a pause · goes on in 1 min 30 s");
    await vi.advanceTimersByTimeAsync(5000);
    expect(text("transfer-alert")).toBe("example.org asked for a pause · goes on in 1 min 25 s");
    expect(screen.queryByTestId("transfer-rate")).toBeNull();
  });

  it("says that nothing comes", () => {
    show(transfer(1, { stalledSeconds: 20.4 }));
    expect(text("transfer-alert")).toBe("No data for 20 s, trying again");
  });

  it.each([
    ["queued", ["pause", "cancel"]], ["paused", ["resume", "cancel"]], ["failed", ["retry", "remove"]], ["cancelled", ["retry", "remove"]],
    ["succeeded", ["reveal", "remove"]],
  ] as const)("offers what %s allows", (state, actions) => {
    show(transfer(1, { state, holdingIds: [4] }));
    const offered = [...screen.getByTestId("transfer-row").querySelectorAll(".actions button")].map((one) => one.getAttribute("data-testid"));
    expect(offered).toEqual(actions.map((one) => `transfer-${one}`));
  });

  it.each([["keep", false], ["delete", true]] as const)("asks what becomes of what has arrived: %s", async (answer, erase) => {
    const transfersCancel = vi.fn(async () => {});
    show(transfer(7), { transfersCancel });
    await userEvent.click(screen.getByTestId("transfer-cancel"));
    expect(transfersCancel).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(screen.getByTestId("transfer-cancel-keep"));
    expect(text("transfer-cancel-keep")).toBe("Cancel, keep 40.0 MB");
    await userEvent.click(screen.getByTestId(`transfer-cancel-${answer}`));
    expect(transfersCancel).toHaveBeenCalledWith([7], erase);
    expect(screen.queryByTestId("transfer-ask")).toBeNull();
  });

  it("asks before what was kept goes with the row", async () => {
    const transfersRemove = vi.fn(async () => {});
    show(transfer(7, { state: "failed" }), { transfersRemove });
    await userEvent.click(screen.getByTestId("transfer-remove"));
    expect(transfersRemove).not.toHaveBeenCalled();
    await userEvent.click(screen.getByTestId("transfer-remove-yes"));
    expect(transfersRemove).toHaveBeenCalledWith([7]);
  });

  it("goes on when the question is left", async () => {
    show(transfer(7));
    await userEvent.click(screen.getByTestId("transfer-cancel"));
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByTestId("transfer-ask")).toBeNull();
    expect(text("transfer-bytes")).toBe("40.0 MB of 80.0 MB");
  });

  it("asks nothing where nothing has arrived", async () => {
    const transfersCancel = vi.fn(async () => {});
    show(transfer(7, { state: "queued", doneBytes: 0 }), { transfersCancel });
    await userEvent.click(screen.getByTestId("transfer-cancel"));
    expect(transfersCancel).toHaveBeenCalledWith([7], false);
  });

  it("shows the folder of what it brought", async () => {
    const holdingReveal = vi.fn(async () => {});
    show(transfer(1, { state: "succeeded", holdingIds: [4, 5] }), { holdingReveal });
    await userEvent.click(screen.getByTestId("transfer-reveal"));
    expect(holdingReveal).toHaveBeenCalledWith(4);
  });

  it("says why it failed, what was kept, and retries", async () => {
    const transfersRetry = vi.fn(async () => {});
    show(transfer(3, { state: "failed", error: { code: "disk-full", message: "ENOSPC", detail: null } }), { transfersRetry }, true);
    expect(text("transfer-alert")).toBe("There is no room on the disk");
    expect(text("transfer-bytes")).toBe("40.0 MB kept");
    const alert = screen.getByRole("alert");
    expect(alert.textContent).toContain("ENOSPC");
    await userEvent.click(alert.querySelector("button")!);
    expect(transfersRetry).toHaveBeenCalledWith([3]);
  });

  it("leads to the accounts where one is missing", async () => {
    const swath = show(transfer(3, { state: "failed", error: { code: "needs-account", message: "401", detail: null } }), {}, true);
    await userEvent.click(screen.getByRole("alert").querySelector("button")!);
    expect([swath.dialog, swath.settingsTab]).toEqual(["settings", "accounts"]);
  });
});
