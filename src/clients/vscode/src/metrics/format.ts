// SPDX-License-Identifier: MIT
import { t } from '../base/l10n';
import type { LineMetrics } from './metrics-message';

/** A duration with three digits at most. */
export function duration(milliseconds: number): string {
  if (milliseconds < 0.001) return '0 ms';
  if (milliseconds < 1) return `${digits(milliseconds * 1000)} µs`;
  if (milliseconds < 1000) return `${digits(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${digits(milliseconds / 1000)} s`;
  return `${digits(milliseconds / 60_000)} min`;
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? trim(value.toFixed(1)) : trim(value.toFixed(2));
}

function trim(value: string): string {
  return value.includes('.') ? value.replace(/\.?0+$/, '') : value;
}

export function runs(count: number): string {
  return count === 1 ? t('1 run') : t('{0} runs', count);
}

export function errors(count: number): string {
  return count === 1 ? t('1 error') : t('{0} errors', count);
}

/** What stands at the end of a line: `12 runs · p50 3.1 ms · p95 8 ms · 1 error`. */
export function lineText(metrics: LineMetrics): string {
  const parts = [runs(metrics.count), `p50 ${duration(metrics.p50)}`, `p95 ${duration(metrics.p95)}`];
  if (metrics.errors > 0) parts.push(errors(metrics.errors));
  return parts.join(' · ');
}
