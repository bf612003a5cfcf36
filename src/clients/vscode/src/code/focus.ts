// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { plain, t } from '../base/l10n';
import type { HubClient } from '../hub/client';
import { HubError } from '../protocol/hub-error';
import type { Data } from '../protocol/message';
import type { LineMetrics } from '../metrics/metrics-message';

const STATUS_MS = 5000;

/** Shows traces in FlowScope's window: `focus_trace`. */
export class Focus {
  constructor(
    private readonly client: HubClient,
    private readonly metricsAt: (document: vscode.TextDocument, line: number) => LineMetrics | undefined,
  ) {}

  trace(traceId: string, spanId?: string): Promise<void> {
    return this.ask({ traceId, ...(spanId ? { spanId } : {}) });
  }

  /** The trace that ran the cursor's line last; the inline metrics know which, otherwise the hub looks for it. */
  async line(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor || editor.document.uri.scheme !== 'file') {
      void vscode.window.showInformationMessage(t('Put the cursor on a line of a file first.'));
      return;
    }
    const line = editor.selection.active.line;
    const known = this.metricsAt(editor.document, line);
    if (known?.traceId) await this.trace(known.traceId, known.spanId);
    else await this.ask({ file: editor.document.uri.fsPath, line: line + 1 });
  }

  private async ask(data: Data): Promise<void> {
    try {
      await this.client.request('focus_trace', data, { ack: true });
    } catch (error) {
      const failure = error instanceof HubError ? error : new HubError('failed', String(error));
      void vscode.window.showWarningMessage(failure.code === 'disconnected'
        ? t('FlowScope is not running, so it cannot show the trace.') : plain(failure.advice));
      return;
    }
    vscode.window.setStatusBarMessage(`$(telescope) ${t('Shown in FlowScope')}`, STATUS_MS);
  }
}
