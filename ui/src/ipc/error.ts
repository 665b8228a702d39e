import type { IpcError } from "./types";

/** Whatever was thrown, in the contract's shape: a panic or a missing command arrives as a plain string. */
export function toIpcError(reason: unknown): IpcError {
  if (isIpcError(reason)) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return { code: "internal", message, detail: null };
}

function isIpcError(reason: unknown): reason is IpcError {
  return typeof reason === "object" && reason !== null && "code" in reason && "message" in reason;
}
