import { expect, it } from "vitest";
import { parseDay } from "./isoDay";

it.each([
  ["2025-06-01", "2025-06-01"],
  ["20250601", "2025-06-01"],
  ["2025/6/1", "2025-06-01"],
  ["2025年6月1日", "2025-06-01"],
  [" 2024-02-29 ", "2024-02-29"],
  ["2025-02-29", null],
  ["2025-06-31", null],
  ["2025-6", null],
  ["06/01/2025", null],
  ["", null],
])("reads %j as %j", (text, day) => expect(parseDay(text)).toBe(day));
