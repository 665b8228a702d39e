/**
 * Drops answers that a newer question has overtaken: keep the ticket of the question, and look at the
 * answer only while the ticket is still current.
 */
export class Generation {
  #current = 0;

  next(): () => boolean {
    const mine = ++this.#current;
    return () => mine === this.#current;
  }

  /** Makes every outstanding ticket stale. */
  cancel(): void {
    this.#current++;
  }
}
