// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import type { HubClient } from '../hub/client';
import type { Outbox } from '../hub/outbox';
import type { SyncState } from '../sync/sync-state';
import { statusOf } from './status-model';

/** The item in the status bar; a click opens the menu. */
export class StatusBar implements Disposable {
  private readonly bag = new Bag();
  private readonly item = this.bag.add(vscode.window.createStatusBarItem('flowscope.status', vscode.StatusBarAlignment.Left, 10));

  constructor(
    private readonly client: HubClient,
    private readonly outbox: Outbox,
    private readonly sync: SyncState,
  ) {
    this.item.name = 'FlowScope';
    this.item.command = 'flowscope.menu';
    this.bag.add(client.onState(() => this.update()));
    this.bag.add(outbox.onChange(() => this.update()));
    this.bag.add(sync.onChange(() => this.update()));
    this.update();
    this.item.show();
  }

  private update(): void {
    const { state } = this.client;
    const status = statusOf(state, this.outbox.size, this.sync.current);
    this.item.text = status.text;
    this.item.tooltip = status.tooltip;
    this.item.accessibilityInformation = { label: `FlowScope: ${status.tooltip}`, role: 'button' };
    this.item.backgroundColor = status.warns ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    void vscode.commands.executeCommand('setContext', 'flowscope.connected', state.kind === 'connected');
    void vscode.commands.executeCommand('setContext', 'flowscope.unpaired', state.kind === 'unpaired');
  }

  dispose(): void {
    this.bag.dispose();
  }
}
