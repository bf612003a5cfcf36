// SPDX-License-Identifier: MIT
import { t } from '../base/l10n';
import { duration, errors } from '../metrics/format';
import type { Trace } from './trace';

export function age(startedAt: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(startedAt)) / 1000));
  if (seconds < 60) return t('just now');
  if (seconds < 3600) return t('{0} min ago', Math.floor(seconds / 60));
  if (seconds < 86_400) return t('{0} h ago', Math.floor(seconds / 3600));
  return t('{0} d ago', Math.floor(seconds / 86_400));
}

/** The grey text beside a trace's name. */
export function traceText(trace: Trace, now: number): string {
  const parts = [duration(trace.durationMs)];
  if (trace.errors > 0) parts.push(errors(trace.errors));
  parts.push(age(trace.startedAt, now));
  return parts.join(' · ');
}

export function spans(count: number): string {
  return count === 1 ? t('1 span') : t('{0} spans', count);
}
