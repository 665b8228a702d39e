import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import { backendWith, job } from "../ipc/samples";
import type { JobView } from "../ipc/types";
import { Workspace } from "../workspace.svelte";
import InWorkspace from "../shared/InWorkspace.svelte";
import JobRow from "./JobRow.svelte";

function show(one: JobView, commands: Partial<Backend> = {}) {
  const swath = new Workspace(backendWith(commands));
  swath.jobs.hear({ kind: "changed", job: one });
  render(InWorkspace, { props: { swath, component: JobRow, given: { job: one } } });
}

describe("a job's row", () => {
  it("tells state, bytes, rate and time left", () => {
    show(job(1));
    const row = screen.getByTestId("job-row");
    expect(row.dataset.jobState).toBe("running");
    expect(row.textContent).toContain("40.0 MB / 80.0 MB");
    expect(row.textContent).toContain("5.00 MB/s");
    expect(row.textContent).toContain("8 s left");
  });

  it("says that a transfer has stalled", () => {
    show(job(1, { stalledSeconds: 20 }));
    expect(screen.getByRole("status").textContent).toBe("No data for 20 s, trying again");
  });

  it("says what was kept after cancelling", () => {
    show(job(1, { state: "cancelled", keptBytes: 31e6 }));
    expect(screen.getByTestId("job-kept").textContent).toContain("31.0 MB");
    expect(screen.queryByTestId("job-cancel")).toBeNull();
  });

  it("cancels by its id", async () => {
    const jobCancel = vi.fn(async () => {});
    show(job(7), { jobCancel });
    await userEvent.click(screen.getByTestId("job-cancel"));
    expect(jobCancel).toHaveBeenCalledWith(7);
  });

  it("offers the retry beside the reason of a failure", async () => {
    const jobRetry = vi.fn(async () => {});
    show(job(3, { state: "failed", error: { code: "disk-full", message: "ENOSPC", detail: null } }), { jobRetry });
    const alert = screen.getByRole("alert");
    expect(alert.dataset.errorCode).toBe("disk-full");
    expect(alert.textContent).toContain("ENOSPC");
    await userEvent.click(alert.querySelector("button")!);
    expect(jobRetry).toHaveBeenCalledWith(3);
  });
});
