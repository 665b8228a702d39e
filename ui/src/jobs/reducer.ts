import type { JobEvent, JobState, JobView } from "../ipc/types";

export type JobAction = "pause" | "resume" | "cancel" | "retry" | "remove";

const ACTIONS: Record<JobState, JobAction[]> = {
  queued: ["pause", "cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  succeeded: ["remove"],
  failed: ["retry", "remove"],
  cancelled: ["retry", "remove"],
  interrupted: ["resume", "cancel"],
};

export function actionsFor(state: JobState): JobAction[] {
  return ACTIONS[state];
}

export function isActive(job: JobView): boolean {
  return job.state === "running" || job.state === "queued" || job.state === "paused";
}

/** Newest first; an unknown job is added, a known one replaced in its place. */
export function applyJobEvent(jobs: JobView[], event: JobEvent): JobView[] {
  if (event.kind === "removed") return jobs.filter((job) => job.id !== event.id);
  const known = jobs.some((job) => job.id === event.job.id);
  if (known) return jobs.map((job) => (job.id === event.job.id ? event.job : job));
  return [event.job, ...jobs].sort((a, b) => b.id - a.id);
}

/** Share of the whole job: each stage weighs as much of the work as it usually takes. */
export function progressOf(job: JobView): number {
  if (job.state === "succeeded") return 1;
  let done = 0;
  let all = 0;
  for (const stage of job.stages) {
    const weight = WEIGHTS[stage.stage];
    all += weight;
    done += stage.total > 0 ? (weight * stage.done) / stage.total : 0;
  }
  return all > 0 ? Math.min(1, done / all) : 0;
}

const WEIGHTS = { search: 1, masks: 15, blocks: 72, write: 10, publish: 2 };
