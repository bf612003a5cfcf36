// SPDX-License-Identifier: MIT
import { plain, t } from '../base/l10n';
import type { EditSession } from './edit-session';

export interface EditStatus {
  readonly text: string;
  readonly tooltip: string;
  readonly warns: boolean;
}

/** Where a text comes from, for people. */
export function sourceOf({ origin }: EditSession): string {
  return origin.site ?? origin.title;
}

/** What the status bar says of the text in front: whether the page has it, and whether it is saved. */
export function editStatus(session: EditSession, isDirty: boolean): EditStatus {
  const where = [session.origin.title, session.origin.field, session.origin.url].filter(Boolean).join('\n');
  const make = (icon: string, text: string, what: string, warns = false): EditStatus =>
    ({ text: `$(${icon}) ${text}`, tooltip: `${what}\n${plain(where)}`, warns });
  const site = plain(sourceOf(session) || 'FlowScope').replaceAll('$(', '$\u2060(');
  switch (session.standing) {
    case 'ended':
      return make('circle-slash', t('{0}: ended', site), t('This text is edited no more. Save it as another file to keep it.'), true);
    case 'refused':
      return make('error', t('{0}: not in the page', site), t('FlowScope does not take this text: {0}', session.reason), true);
    case 'away':
      return make('debug-disconnect', t('{0}: waiting', site), t('FlowScope is not connected. The text is kept here and handed over later.'), true);
    case 'live':
      break;
  }
  if (session.hasConflict) return make('warning', t('{0}: conflict', site), t('Both sides changed the same words. Both versions are kept.'), true);
  if (!session.isKept) return make('warning', t('{0}: not kept', site), t('The page has the text, but FlowScope cannot keep it: the disk is full.'), true);
  if (!session.isSettled) return make('sync~spin', site, t('The text is on its way to the page.'));
  if (isDirty) return make('globe', t('{0}: not saved', site), t('The page has the text. It is not saved yet.'));
  return make(session.saved === undefined ? 'globe' : 'check', site,
    session.saved === undefined ? t('The page has the text.') : t('The page has the text, and it is saved.'));
}
