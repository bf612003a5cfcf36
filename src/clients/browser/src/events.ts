// SPDX-License-Identifier: MIT

/** Ends what it belongs to. */
export type End = () => void;

/** Listens to an event. */
export function listen(target: EventTarget, type: string, listener: (event: any) => void): End {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}

/** Does something later, unless it is ended before. */
export function after(ends: End[], delay: number, run: () => void): void {
  const timer = setTimeout(run, delay);
  ends.push(() => clearTimeout(timer));
}

/** Ends several things, each once. */
export function endAll(ends: End[]): void {
  for (const end of ends.splice(0)) end();
}
