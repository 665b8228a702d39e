import { describe, expect, it, vi } from "vitest";
import { backendWith, job, later } from "../ipc/samples";
import type { JobEvent, JobView } from "../ipc/types";
import { Notices } from "../shared/notices.svelte";
import { JobsStore } from "./jobs.svelte";
import { actionsFor, applyJobEvent, progressOf } from "./reducer";

describe("reducer", () => {
  it("adds the newest first, replaces in place, removes", () => {
    let list = applyJobEvent([job(1)], { kind: "changed", job: job(2) });
    expect(list.map((one) => one.id)).toEqual([2, 1]);
    list = applyJobEvent(list, { kind: "changed", job: job(1, { state: "paused" }) });
    expect(list.map((one) => one.state)).toEqual(["running", "paused"]);
    expect(applyJobEvent(list, { kind: "removed", id: 2 }).map((one) => one.id)).toEqual([1]);
  });

  it("offers what a state allows", () => {
    expect(actionsFor("running")).toEqual(["pause", "cancel"]);
    expect(actionsFor("interrupted")).toContain("resume");
    expect(actionsFor("cancelled")).toEqual(["retry", "remove"]);
  });

  it("never goes beyond the whole, and is whole when it succeeded", () => {
    const share = progressOf(job(1));
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.5);
    expect(progressOf(job(1, { stages: [] }))).toBe(0);
    expect(progressOf(job(1, { state: "succeeded", stages: [] }))).toBe(1);
  });
});

describe("store", () => {
  function store(list: Promise<JobView[]> = Promise.resolve([])) {
    let send: (event: JobEvent) => void = () => {};
    const pause = later<void>();
    const jobs = new JobsStore(backendWith({
      jobsWatch: async (listener) => void (send = listener),
      jobs: () => list,
      jobPause: () => pause.promise,
    }), new Notices());
    return { jobs, pause, send: (event: JobEvent) => send(event) };
  }

  it("trusts an event over the list that was asked for before it", async () => {
    const list = later<JobView[]>();
    const { jobs, send } = store(list.promise);
    const loading = jobs.load();
    await Promise.resolve();
    send({ kind: "changed", job: job(1, { state: "succeeded" }) });
    send({ kind: "removed", id: 2 });
    list.resolve([job(1), job(2), job(3)]);
    await loading;
    expect(jobs.list.map((one) => [one.id, one.state])).toEqual([[3, "running"], [1, "succeeded"]]);
  });

  it("tells once that a job has succeeded", async () => {
    const { jobs } = store();
    const told = vi.fn();
    jobs.onSucceeded = told;
    jobs.hear({ kind: "changed", job: job(1) });
    jobs.hear({ kind: "changed", job: job(1, { state: "succeeded" }) });
    jobs.hear({ kind: "changed", job: job(1, { state: "succeeded" }) });
    expect(told).toHaveBeenCalledTimes(1);
  });

  it("takes a job that had already succeeded for history", () => {
    const { jobs } = store();
    const told = vi.fn();
    jobs.onSucceeded = told;
    jobs.hear({ kind: "changed", job: job(1, { state: "succeeded" }) });
    expect(told).not.toHaveBeenCalled();
  });

  it("shows what was asked until the state has changed", async () => {
    const { jobs, pause } = store();
    jobs.hear({ kind: "changed", job: job(1) });
    const asking = jobs.ask("pause", 1);
    expect(jobs.asked).toEqual({ id: 1, action: "pause" });
    jobs.hear({ kind: "changed", job: job(1, { fetchedBytes: 50e6 }) });
    expect(jobs.asked).not.toBeNull();
    jobs.hear({ kind: "changed", job: job(1, { state: "paused" }) });
    expect(jobs.asked).toBeNull();
    pause.resolve();
    await asking;
  });

  it("leads with the running job", () => {
    const { jobs } = store();
    jobs.hear({ kind: "changed", job: job(1) });
    jobs.hear({ kind: "changed", job: job(2, { state: "queued" }) });
    jobs.hear({ kind: "changed", job: job(3, { state: "failed" }) });
    expect(jobs.leading?.id).toBe(1);
    expect(jobs.active).toHaveLength(2);
  });
});
