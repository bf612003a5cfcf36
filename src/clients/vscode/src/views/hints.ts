// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { t } from '../base/l10n';

const INSTALL_KEY = 'installHintShown';
const HOMEPAGE = 'https://flowscope.org/';

/** It is there: whoever has it needs no hint. */
export async function hubSeen(state: vscode.Memento): Promise<void> {
  if (!state.get<boolean>(INSTALL_KEY, false)) await state.update(INSTALL_KEY, true);
}

/** Say once, and never again, that there is a program to this extension. */
export async function hintToInstall(state: vscode.Memento): Promise<void> {
  if (state.get<boolean>(INSTALL_KEY, false)) return;
  await state.update(INSTALL_KEY, true);
  const how = t('How to Get It');
  const answer = await vscode.window.showInformationMessage(
    t('FlowScope is not running. This extension works without it: what you choose to record is kept and handed over once FlowScope is there.'), how);
  if (answer === how) await vscode.env.openExternal(vscode.Uri.parse(HOMEPAGE));
}
