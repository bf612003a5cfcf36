// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import type { EditDocument } from './edit-document';
import { editStatus } from './status';

/** The item in the status bar while a page's text is in front. */
export class EditBar implements Disposable {
  private readonly bag = new Bag();
  private readonly item = this.bag.add(vscode.window.createStatusBarItem('flowscope.edit', vscode.StatusBarAlignment.Left, 9));

  constructor() {
    this.item.name = 'FlowScope: Edited Text';
    this.item.command = 'flowscope.edit.show';
  }

  update(document: EditDocument | undefined): void {
    if (!document) {
      this.item.hide();
      return;
    }
    const { text, tooltip, warns } = editStatus(document.session, document.isDirty);
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `FlowScope: ${tooltip}`, role: 'button' };
    this.item.backgroundColor = warns ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.show();
  }

  dispose(): void {
    this.bag.dispose();
  }
}
