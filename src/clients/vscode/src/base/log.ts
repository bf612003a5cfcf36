// SPDX-License-Identifier: MIT

/** What the modules without an editor write to; the editor's output channel is one. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const silent: Log = { info() {}, warn() {}, error() {} };

export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
