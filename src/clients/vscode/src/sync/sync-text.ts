// SPDX-License-Identifier: MIT
import { plain, t } from '../base/l10n';
import type { ConflictField, SyncStatus } from './sync-client';

export interface SyncText {
  readonly icon: string;
  readonly label: string;
  readonly detail: string;
  readonly warns: boolean;
}

const MAX_VALUE = 80;

function conflictsText(n: number): string {
  return n === 1 ? t('1 conflict needs your decision') : t('{0} conflicts need your decision', n);
}

function pendingText(n: number): string {
  return n === 0 ? '' : n === 1 ? t('1 change waits to be sent') : t('{0} changes wait to be sent', n);
}

/** What the menu says of syncing; undefined when nobody uses it. */
export function syncText(status: SyncStatus | undefined): SyncText | undefined {
  if (!status || status.state === 'off') return undefined;
  const make = (icon: string, label: string, detail: string, warns = false): SyncText => ({ icon, label, detail, warns });
  const detail = plain(status.message ?? '');
  switch (status.state) {
    case 'signed_out':
      return make('warning', t('Sync: signed out'), detail, true);
    case 'needs_passphrase':
      return make('key', t('Sync: the passphrase is needed'), detail, true);
    case 'error':
      return make('warning', t('Sync does not work'), detail, true);
  }
  if (status.conflicts > 0) return make('warning', conflictsText(status.conflicts), t('Two devices changed the same'), true);
  const pending = pendingText(status.pending);
  switch (status.state) {
    case 'paused':
      return make('debug-pause', t('Sync is paused'), pending);
    case 'offline':
      return make('cloud-offline', t('Sync: offline'), pending);
    case 'idle':
      return make('check', t('Everything is synced'), pending);
    default:
      return make('sync~spin', t('Syncing'), pending);
  }
}

/** A value as people read it, in one line. */
export function valueText(value: unknown): string {
  const whole = value === null || value === undefined ? t('(nothing)')
    : Array.isArray(value) ? value.map(String).join(', ')
    : typeof value === 'string' ? value : JSON.stringify(value);
  const line = whole.replace(/\s+/g, ' ');
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE)}…` : line;
}

/** What one of the devices has: of one field its value, of several all of them with their names. */
export function sideText(fields: readonly ConflictField[], side: 'mine' | 'theirs'): string {
  if (fields.length === 1) return valueText(fields[0]![side].value);
  return fields.map((field) => `${field.name}: ${valueText(field[side].value)}`).join(' · ');
}
