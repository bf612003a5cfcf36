// SPDX-License-Identifier: MIT
import { t } from '../base/l10n';
import { duration, errors, lineText, runs } from './format';
import type { LineMetrics } from './metrics-message';
import type { Placed } from './file-model';

/** A function of the buffer, both lines included, counted from 0. */
export interface FunctionRange {
  readonly start: number;
  readonly end: number;
}

export interface FunctionMetrics {
  /** Where its text is drawn above. */
  readonly at: number;
  readonly lines: readonly Placed[];
}

/** The smallest function that holds a line. */
function innermost(line: number, functions: readonly FunctionRange[]): FunctionRange | undefined {
  let best: FunctionRange | undefined;
  for (const range of functions) {
    if (line < range.start || line > range.end) continue;
    if (!best || range.end - range.start < best.end - best.start) best = range;
  }
  return best;
}

/** Lines by the function that they are in; one that is in none stands for itself. */
export function byFunction(placed: readonly Placed[], functions: readonly FunctionRange[]): FunctionMetrics[] {
  const groups = new Map<number, Placed[]>();
  for (const item of placed) {
    const at = innermost(item.at, functions)?.start ?? item.at;
    groups.set(at, [...(groups.get(at) ?? []), item]);
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([at, lines]) => ({ at, lines }));
}

/** The text above a function. Percentiles of several lines can't be added up, so the slowest is named as such. */
export function functionText(group: FunctionMetrics): string {
  const all = group.lines.map((line) => line.metrics);
  if (all.length === 1) return lineText(all[0]!);
  const failed = all.reduce((sum, line) => sum + line.errors, 0);
  const parts = [runs(all.reduce((sum, line) => sum + line.count, 0)), t('{0} lines', all.length),
    t('slowest p95 {0}', duration(Math.max(...all.map((line) => line.p95))))];
  if (failed > 0) parts.push(errors(failed));
  return parts.join(' · ');
}

/** The line whose trace is shown for the whole function: the slowest one that has a trace. */
export function slowest(group: FunctionMetrics): LineMetrics | undefined {
  const traced = group.lines.map((line) => line.metrics).filter((line) => line.traceId !== undefined);
  return traced.sort((a, b) => b.p95 - a.p95)[0];
}
