// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { NO_PROXY_HOSTS, NO_PROXY_NAMES } from './variables';

/** What new terminals of this window get, so that the programs started there send their traces. */
export class TerminalEnvironment {
  private before = '';

  constructor(private readonly collection: vscode.EnvironmentVariableCollection) {
    // Where the hub listens can change between two starts of the editor.
    collection.persistent = false;
  }

  /** Set exactly these variables; undefined sets none. */
  apply(variables: Readonly<Record<string, string>> | undefined): void {
    const wanted = JSON.stringify(variables ?? null);
    if (wanted === this.before) return;
    this.before = wanted;
    this.collection.clear();
    if (!variables) return;
    this.collection.description = t('Programs send their traces to FlowScope.');
    for (const [name, value] of Object.entries(variables)) this.collection.replace(name, value);
    for (const name of NO_PROXY_NAMES) this.collection.append(name, `,${NO_PROXY_HOSTS}`);
  }
}
