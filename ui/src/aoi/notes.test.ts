import { expect, it } from "vitest";
import { NOTES, noteText } from "./notes";

it("has a sentence for every note of the Rust side", () => {
  expect(Object.keys(NOTES)).toHaveLength(16);
  for (const code of Object.keys(NOTES)) expect(noteText(code)).toMatch(/^[A-Z].*\.$/);
});

it("shows a code that it does not know as it is", () => expect(noteText("from-the-future")).toBe("from-the-future"));
