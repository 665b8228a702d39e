import type { Backend } from "../ipc/backend";
import { toIpcError } from "../ipc/error";
import type { IpcError, PlaceView } from "../ipc/types";
import { Generation } from "../shared/generation";
import { positionText } from "../shared/geo";
import { parsePlace } from "./place";

const QUIET_MS = 150;

/** What the words in the go-to box may mean. Plain coordinates are read here at once; the rest is asked for. */
export class PlacesStore {
  text = $state("");
  suggestions = $state.raw<PlaceView[]>([]);
  /** Row of the arrow keys. */
  active = $state(0);
  asking = $state(false);
  /** True once the answer to the present words has come. */
  answered = $state(false);
  error = $state.raw<IpcError | null>(null);
  /** A tile that was gone to and may become the area. */
  offered = $state.raw<PlaceView | null>(null);

  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #generation = new Generation();

  constructor(private readonly backend: Backend, private readonly quietMs = QUIET_MS) {}

  type(text: string): void {
    clearTimeout(this.#timer);
    this.#generation.cancel();
    this.text = text;
    this.answered = false;
    this.error = null;
    this.offered = null;
    this.active = 0;
    const position = parsePlace(text);
    this.suggestions = position
      ? [{ title: positionText(position), subtitle: null, kind: "coordinates", position, bbox: null, outline: null }]
      : [];
    this.asking = text.trim() !== "";
    if (this.asking) this.#timer = setTimeout(() => void this.#ask(text), this.quietMs);
  }

  move(by: number): void {
    const count = this.suggestions.length;
    if (count > 0) this.active = (this.active + by + count) % count;
  }

  /** The chosen place; the box is emptied, and a tile is offered as an area. */
  choose(place: PlaceView): PlaceView {
    this.type("");
    this.offered = place.outline ? place : null;
    return place;
  }

  async #ask(text: string): Promise<void> {
    const isCurrent = this.#generation.next();
    try {
      const places = await this.backend.places(text);
      if (!isCurrent()) return;
      // The Rust side reads coordinates in more ways; without an opinion of its own, ours stays.
      const own = this.suggestions.filter((one) => one.kind === "coordinates" && !places.some((place) => place.kind === "coordinates"));
      this.suggestions = [...own, ...places];
      this.active = Math.min(this.active, Math.max(0, this.suggestions.length - 1));
      this.answered = true;
    } catch (reason) {
      if (isCurrent()) this.error = toIpcError(reason);
    } finally {
      if (isCurrent()) this.asking = false;
    }
  }
}
