// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { text, type Data } from '../protocol/message';

const SCHEMES = new Set(['http', 'https', 'flowscope']);

/** Somebody shares a debug session with this user: say so, and open it if the user wants to. */
export async function sessionShared(data: Data): Promise<void> {
  const url = text(data, 'url');
  const uri = url !== undefined && URL.canParse(url) ? vscode.Uri.parse(url) : undefined;
  const buttons = uri && SCHEMES.has(uri.scheme) ? [t('Open')] : [];
  const answer = await vscode.window.showInformationMessage(
    t('The debug session {0} is shared with you.', text(data, 'sessionId') ?? ''), ...buttons);
  if (answer !== undefined && uri) await vscode.env.openExternal(uri);
}
