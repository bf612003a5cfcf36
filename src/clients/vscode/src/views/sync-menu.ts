// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { plain, t } from '../base/l10n';
import { reason } from '../base/log';
import type { Choice, Conflict, SyncClient } from '../sync/sync-client';
import { sideText } from '../sync/sync-text';

interface ChoiceItem extends vscode.QuickPickItem {
  readonly choice?: Choice;
  readonly open?: boolean;
}

const JOINED = new Set(['note', 'tags']);
const PAGE = vscode.Uri.parse('flowscope://sync');

function by(conflict: Conflict, side: 'mine' | 'theirs'): string {
  const name = conflict.fields[0]?.[side].by;
  return plain(name || (side === 'mine' ? t('this device') : t('the other device')));
}

/** What can be done about a conflict here; field by field only the window of FlowScope does. */
function choices(conflict: Conflict): ChoiceItem[] {
  const page: ChoiceItem = { label: t('Decide by field in FlowScope'), open: true };
  if (conflict.deletedBy !== undefined) {
    return [
      { label: t('Keep it deleted'), description: t('as {0} has it', plain(conflict.deletedBy)), choice: 'keep_deleted' },
      { label: t('Restore and update'), description: plain(sideText(conflict.fields, 'mine')), choice: 'restore' },
      page,
    ];
  }
  const both: ChoiceItem[] = conflict.fields.every((field) => JOINED.has(field.name)) ? [{ label: t('Keep both'), choice: 'both' }] : [];
  return [
    { label: t('Keep {0}', by(conflict, 'mine')), description: plain(sideText(conflict.fields, 'mine')), choice: 'mine' },
    { label: t('Keep {0}', by(conflict, 'theirs')), description: plain(sideText(conflict.fields, 'theirs')), choice: 'theirs' },
    ...both,
    page,
  ];
}

async function pickConflict(conflicts: readonly Conflict[]): Promise<Conflict | undefined> {
  if (conflicts.length === 1) return conflicts[0];
  const items = conflicts.map((conflict) => ({
    label: plain(conflict.title), description: conflict.fields.map((field) => field.name).join(', '), conflict,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'FlowScope', placeHolder: t('Which conflict?') }))?.conflict;
}

/** Show what two devices changed at once, and decide. */
export async function decideConflicts(client: SyncClient): Promise<void> {
  try {
    const conflicts = await client.conflicts();
    if (conflicts.length === 0) {
      void vscode.window.showInformationMessage(t('No conflict needs a decision.'));
      return;
    }
    const conflict = await pickConflict(conflicts);
    if (!conflict) return;
    const picked = await vscode.window.showQuickPick(choices(conflict), { title: plain(conflict.title), placeHolder: t('What holds? The rest can be brought back later.') });
    if (picked?.open) await vscode.env.openExternal(PAGE);
    if (picked?.choice) await client.resolve(conflict.id, picked.choice);
  } catch (error) {
    void vscode.window.showErrorMessage(t('The conflict was not decided: {0}', reason(error)));
  }
}

export async function syncNow(client: SyncClient): Promise<void> {
  try {
    await client.now();
  } catch (error) {
    void vscode.window.showErrorMessage(t('FlowScope did not sync: {0}', reason(error)));
  }
}
