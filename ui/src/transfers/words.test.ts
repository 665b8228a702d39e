import { expect, it } from "vitest";
import { transfer } from "../ipc/samples";
import type { WaitingView, WantedView } from "../ipc/types";
import { amountText, failureWords, stateText, waitingText, wantedText } from "./words";

const NOW = Date.parse("2025-09-01T08:00:00Z");
const inSeconds = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
const waits = (part: Partial<WaitingView>): WaitingView => ({ for: "network", until: null, host: null, needs: null, account: null, ...part });

it.each([
  [waits({}), "No network; tried again every few seconds"],
  [waits({ for: "disk", needs: 412e6 }), "No room on the disk: 412 MB must become free, then it goes on by itself"],
  [waits({ for: "host", host: "example.org", until: inSeconds(80) }), "example.org asked for a pause · goes on in 1 min 20 s"],
  [waits({ for: "host", host: "example.org", until: inSeconds(-5) }), "example.org asked for a pause · goes on any moment"],
  [waits({ for: "schedule", until: inSeconds(7500) }), "Outside the hours for downloads · goes on in 2 h 5 min"],
  [waits({ for: "quota", account: "CDSE", until: null }), "The allowance of CDSE is used up · goes on by itself"],
  [waits({ for: "provider" }), "The provider is preparing it; asked for again from time to time"],
])("%j reads %s", (waiting, text) => expect(waitingText(waiting, NOW)).toBe(text));

it("names the day where it waits for days", () => {
  expect(waitingText(waits({ for: "quota", account: "CDSE", until: "2025-09-06T12:00:00Z" }), NOW)).toMatch(/goes on 6 Sept/);
});

it.each([
  [{ kind: "product", form: "safe-zip", unpack: false }, "SAFE zip"], [{ kind: "product", form: "landsat-tar", unpack: true }, "Landsat tar"],
  [{ kind: "bands", bands: ["red", "nir"] }, "Red, NIR"], [{ kind: "window", bands: ["red"] }, "Red (area only)"],
  [{ kind: "partial-safe", bands: ["red", "nir"] }, "SAFE with Red, NIR"],
  [{ kind: "bands", bands: ["coastal", "blue", "green", "red", "nir"] }, "5 bands"],
] as [WantedView, string][])("%j reads %s", (wanted, text) => expect(wantedText(wanted)).toBe(text));

it("says of what waits that it waits", () => {
  expect(stateText(transfer(1))).toBe("Running");
  expect(stateText(transfer(1, { waiting: waits({}) }))).toBe("Waiting");
  expect(stateText(transfer(1, { state: "paused", waiting: waits({}) }))).toBe("Paused");
});

it("gives the end where it is known", () => expect([amountText(3e8, 1.1e9), amountText(3e8, null)]).toEqual(["300 MB of 1.10 GB", "300 MB"]));

it.each(["provider-failed", "offline", "not-found", "disk-full", "needs-account", "internal", "refused"] as const)("has words for %s", (code) => {
  const words = failureWords({ code, message: "", detail: null });
  expect(words.what.length).toBeGreaterThan(10);
  expect(words.help.length).toBeGreaterThan(10);
});
