import { bboxOf } from "../../shared/geo";
import type { JobEvent, JobView, PlanView, RecipeChoice, Stage } from "../types";
import { chance } from "./random";

const STAGES: Stage[] = ["search", "masks", "blocks", "write", "publish"];
const TICK_MS = 250;

/** Runs sample jobs on a clock: every stage, one stall, and all the states that a button leads to. */
export class SampleJobs {
  readonly #jobs = new Map<number, JobView>();
  readonly #clocks = new Map<number, ReturnType<typeof setInterval>>();
  #watch: (event: JobEvent) => void = () => {};
  #next = 1;

  constructor(private readonly finished: (job: JobView, choice: RecipeChoice) => number) {}

  watch(listener: (event: JobEvent) => void): void {
    this.#watch = listener;
  }

  list(): JobView[] {
    return [...this.#jobs.values()];
  }

  create(choice: RecipeChoice, plan: PlanView): number {
    const id = this.#next++;
    const totals: Record<Stage, number> = {
      search: 1, masks: plan.scenes, blocks: plan.blocks, write: plan.blocks, publish: 1,
    };
    this.#put({
      id, name: choice.name, state: "queued", stage: null,
      stages: STAGES.map((stage) => ({ stage, done: 0, total: totals[stage] })),
      fetchedBytes: 0, expectedBytes: plan.fetchBytes, bytesPerSecond: 0, secondsLeft: null, stalledSeconds: null,
      createdAt: new Date().toISOString(), finishedAt: null, productId: null, error: null,
      bbox: bboxOf(choice.area), bands: choice.bands, picture: 0, keptBytes: 0,
    });
    this.#choices.set(id, choice);
    setTimeout(() => this.#start(id), 400);
    return id;
  }

  pause(id: number): void {
    this.#halt(id);
    this.#change(id, { state: "paused", bytesPerSecond: 0, secondsLeft: null, stalledSeconds: null });
  }

  resume(id: number): void {
    this.#start(id);
  }

  cancel(id: number): void {
    this.#halt(id);
    const job = this.#jobs.get(id)!;
    this.#change(id, {
      state: "cancelled", stage: null, bytesPerSecond: 0, secondsLeft: null, stalledSeconds: null,
      finishedAt: new Date().toISOString(), keptBytes: job.fetchedBytes,
    });
  }

  retry(id: number): void {
    this.#change(id, { state: "queued", finishedAt: null, error: null, keptBytes: 0 });
    setTimeout(() => this.#start(id), 300);
  }

  remove(id: number): void {
    this.#halt(id);
    this.#jobs.delete(id);
    this.#watch({ kind: "removed", id });
  }

  readonly #choices = new Map<number, RecipeChoice>();

  #start(id: number): void {
    if (!this.#jobs.has(id) || this.#clocks.has(id)) return;
    this.#change(id, { state: "running" });
    this.#clocks.set(id, setInterval(() => this.#tick(id), TICK_MS));
  }

  #halt(id: number): void {
    clearInterval(this.#clocks.get(id));
    this.#clocks.delete(id);
  }

  #tick(id: number): void {
    const job = this.#jobs.get(id)!;
    const stages = job.stages.map((stage) => ({ ...stage }));
    const current = stages.find((stage) => stage.done < stage.total);
    if (!current) return this.#finish(job);
    current.done = Math.min(current.total, current.done + Math.max(1, Math.round(current.total / 32)));
    const all = stages.reduce((sum, stage) => sum + stage.done / stage.total, 0) / stages.length;
    const rate = 6e6 * (0.7 + 0.6 * chance(`${id}${current.done}`));
    const fetched = Math.round((job.expectedBytes ?? 0) * Math.min(1, all * 1.4));
    this.#change(id, {
      stages, stage: current.stage, fetchedBytes: fetched, bytesPerSecond: rate,
      secondsLeft: Math.round((1 - all) * 24),
      stalledSeconds: current.stage === "masks" && current.done / current.total > 0.7 ? 20 : null,
      picture: current.stage === "blocks" ? job.picture + 1 : job.picture,
    });
  }

  #finish(job: JobView): void {
    this.#halt(job.id);
    const productId = this.finished(job, this.#choices.get(job.id)!);
    this.#change(job.id, {
      state: "succeeded", stage: null, bytesPerSecond: 0, secondsLeft: null, stalledSeconds: null,
      finishedAt: new Date().toISOString(), productId,
    });
  }

  #change(id: number, part: Partial<JobView>): void {
    const job = this.#jobs.get(id);
    if (job) this.#put({ ...job, ...part });
  }

  #put(job: JobView): void {
    this.#jobs.set(job.id, job);
    this.#watch({ kind: "changed", job });
  }
}
