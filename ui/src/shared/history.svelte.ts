/** One step that can be taken back. */
export interface Step { undo: () => void; redo: () => void }

const DEEPEST = 100;

/** The window's one undo stack: area edits, selections and removals share it, as people expect of Ctrl+Z. */
export class History {
  #past = $state.raw<Step[]>([]);
  #future = $state.raw<Step[]>([]);

  readonly canUndo = $derived(this.#past.length > 0);
  readonly canRedo = $derived(this.#future.length > 0);

  push(step: Step): void {
    this.#past = [...this.#past, step].slice(-DEEPEST);
    this.#future = [];
  }

  undo(): void {
    const step = this.#past.at(-1);
    if (!step) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, step];
    step.undo();
  }

  redo(): void {
    const step = this.#future.at(-1);
    if (!step) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, step];
    step.redo();
  }
}
