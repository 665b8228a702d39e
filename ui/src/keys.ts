import type { Workspace } from "./workspace.svelte";

/** The window's own keys. What somebody types into a field, and what a dialog does, is left alone. */
export function onKey(swath: Workspace, event: KeyboardEvent): void {
  if (event.defaultPrevented || swath.dialog) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") (event.target as HTMLElement).blur();
    return;
  }
  const name = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (name !== "z" || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey) swath.history.redo();
    else swath.history.undo();
    return;
  }
  if (event.altKey) return;
  // A focused button or list answers Space by itself only where the list does not mean "drape".
  if (name === " " && event.target instanceof HTMLElement && event.target.closest("button, summary, input, select")) return;
  const act = ACTIONS[name];
  if (!act) return;
  event.preventDefault();
  act(swath);
}

const ACTIONS: Record<string, (swath: Workspace) => void> = {
  "/": () => document.getElementById("go-to")?.focus(),
  "?": (swath) => (swath.dialog = "keys"),
  r: (swath) => swath.map.toggleTool("rectangle"),
  p: (swath) => swath.map.toggleTool("polygon"),
  o: (swath) => swath.map.toggleTool("circle"),
  e: (swath) => swath.area.current && swath.map.toggleTool("edit"),
  n: (swath) => swath.scenes.current && swath.scenes.toggleExcluded(swath.scenes.current),
  j: (swath) => swath.tray.toggle("images"),
  d: (swath) => swath.tray.toggle("downloads"),
  l: (swath) => (swath.library.open = !swath.library.open),
  " ": (swath) => swath.scenes.toggleDrape(swath.scenes.current ?? swath.scenes.hovered),
  arrowdown: (swath) => swath.scenes.step(1),
  arrowup: (swath) => swath.scenes.step(-1),
  escape: (swath) => {
    if (swath.map.tool) swath.map.tool = null;
    else if (swath.area.importing) swath.area.importing = null;
    else if (swath.scenes.draped) swath.scenes.draped = null;
    else swath.library.open = false;
  },
};

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button"].includes(target.type);
}
