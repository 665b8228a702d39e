import type { IpcError } from "../types";

export function problem(code: IpcError["code"], message: string, detail: string | null = null): IpcError {
  return { code, message, detail };
}
