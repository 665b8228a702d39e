import { expect, it } from "vitest";
import en from "./en.json";
import zh from "./zh.json";

type Message = string | { match: Record<string, string> }[];

const texts = (message: Message): string[] =>
  typeof message === "string" ? [message] : message.flatMap((variant) => Object.values(variant.match));

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

const english = en as Record<string, Message>;
const chinese = zh as Record<string, Message>;

it("has every message in both languages", () => {
  expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
});

it("fills the same values in both languages", () => {
  for (const [key, message] of Object.entries(english)) {
    const expected = placeholders(texts(message).at(-1)!);
    for (const text of [...texts(message), ...texts(chinese[key]!)]) expect([key, placeholders(text)]).toEqual([key, expected]);
  }
});

it("leaves nothing empty and no English sentence in Chinese", () => {
  const same = Object.keys(english).filter((key) => JSON.stringify(english[key]) === JSON.stringify(chinese[key]));
  expect(same.sort()).toEqual(["grid_summary", "narrowed", "stretch_percentiles"]);
  for (const message of [...Object.values(english), ...Object.values(chinese)]) {
    for (const text of texts(message)) expect(text.trim()).not.toBe("");
  }
});
