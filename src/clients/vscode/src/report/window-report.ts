// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import type { HubClient } from '../hub/client';
import type { Data } from '../protocol/message';

const MAX_FOLDERS = 256;

export function workspaces(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath).slice(0, MAX_FOLDERS);
}

function activeFile(): string | null {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === 'file' ? uri.fsPath : null;
}

/** Tells the hub which folders this window has, which file is looked at, and whether it has the focus. */
export class WindowReport implements Disposable {
  private readonly bag = new Bag();

  constructor(private readonly client: HubClient) {
    this.bag.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.tell({ workspaces: workspaces() })));
    this.bag.add(vscode.window.onDidChangeWindowState(({ focused }) => this.focus(focused)));
    this.bag.add(vscode.window.onDidChangeActiveTextEditor(() => this.tell({ file: activeFile() })));
    // What changed since hello was written is told again.
    this.bag.add(client.onWelcome(() => this.tell({ workspaces: workspaces(), focused: this.focused, file: activeFile() })));
  }

  dispose(): void {
    this.bag.dispose();
  }

  private focused = vscode.window.state.focused;

  private focus(focused: boolean): void {
    // The event also comes when only the window's activity changed.
    if (focused === this.focused) return;
    this.focused = focused;
    this.tell({ focused });
  }

  private tell(data: Data): void {
    this.client.send('workspace_changed', data);
  }
}
