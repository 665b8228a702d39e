import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { JobEvent, JobView, RecipeChoice } from "../ipc/types";
import type { Notices } from "../shared/notices.svelte";
import { applyJobEvent, isActive, type JobAction } from "./reducer";

/** The jobs as the database last told them. Buttons ask; the picture changes when the answer event comes. */
export class JobsStore {
  list = $state.raw<JobView[]>([]);
  /** Asked for and not yet answered, so that a click shows within one frame. */
  asked = $state.raw<{ id: number; action: JobAction } | null>(null);

  readonly active = $derived(this.list.filter(isActive));
  /** The one the collapsed tray tells about. */
  readonly leading = $derived(this.list.find((job) => job.state === "running") ?? this.active[0] ?? this.list[0] ?? null);

  /** Called once for every job that ends well while the window is open; what ended before is history. */
  onSucceeded: (job: JobView) => void = () => {};

  readonly #heard = new Set<number>();
  readonly #told = new Set<number>();

  constructor(private readonly backend: Backend, private readonly notices: Notices) {}

  async load(): Promise<void> {
    try {
      await this.backend.jobsWatch((event) => this.hear(event));
      // An event that came while the list was on its way is newer than the list.
      for (const job of await this.backend.jobs()) {
        if (!this.#heard.has(job.id)) this.list = applyJobEvent(this.list, { kind: "changed", job });
      }
    } catch (reason) {
      this.notices.add(toIpcError(reason));
    }
  }

  hear(event: JobEvent): void {
    const id = event.kind === "changed" ? event.job.id : event.id;
    const before = this.list.find((job) => job.id === id);
    this.#heard.add(id);
    this.list = applyJobEvent(this.list, event);
    if (event.kind === "removed" || before?.state !== event.job.state) {
      if (this.asked?.id === id) this.asked = null;
    }
    if (event.kind === "changed" && event.job.state === "succeeded" && before && before.state !== "succeeded") {
      this.#tell(event.job);
    }
  }

  async create(choice: RecipeChoice): Promise<number | null> {
    try {
      const id = await this.backend.jobCreate(choice);
      // Everything may have been in the cache: then the end is the first that is heard of the job.
      const job = this.list.find((one) => one.id === id);
      if (job?.state === "succeeded") this.#tell(job);
      return id;
    } catch (reason) {
      this.notices.add(toIpcError(reason));
      return null;
    }
  }

  async ask(action: JobAction, id: number): Promise<void> {
    this.asked = { id, action };
    try {
      await this.#send(action, id);
    } catch (reason) {
      this.notices.add(toIpcError(reason));
    } finally {
      if (this.asked?.id === id && this.asked.action === action) this.asked = null;
    }
  }

  #tell(job: JobView): void {
    if (this.#told.has(job.id)) return;
    this.#told.add(job.id);
    this.onSucceeded(job);
  }

  #send(action: JobAction, id: number): Promise<void> {
    switch (action) {
      case "pause": return this.backend.jobPause(id);
      case "resume": return this.backend.jobResume(id);
      case "cancel": return this.backend.jobCancel(id);
      case "retry": return this.backend.jobRetry(id);
      case "remove": return this.backend.jobRemove(id);
    }
  }
}
