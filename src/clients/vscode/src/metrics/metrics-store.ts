// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, Emitter, type Disposable } from '../base/emitter';
import { readText } from '../base/json-file';
import { reason, type Log } from '../base/log';
import { Throttle } from '../base/timers';
import type { HubClient } from '../hub/client';
import { HubError } from '../protocol/hub-error';
import { editsOf } from './edits';
import { FileModel } from './file-model';
import { readFileMetrics } from './metrics-message';

const REFRESH_MS = 1000;
const DELAY_MS = 200;

interface File {
  readonly model: FileModel;
  asking: boolean;
  again: boolean;
  /** Between the beginning of a save and its end the buffer is clean before it counts as saved. */
  saving: boolean;
}

/** A model for each open file: asks the hub, and follows what the user types. */
export class MetricsStore implements Disposable {
  private readonly bag = new Bag();
  private readonly files = new Map<string, File>();
  private readonly changes = this.bag.add(new Emitter<string>());
  private readonly throttle = this.bag.add(new Throttle(() => this.refreshVisible(), REFRESH_MS, DELAY_MS));
  readonly onChange = this.changes.event;

  constructor(
    private readonly client: HubClient,
    private readonly isOn: () => boolean,
    private readonly log: Log,
  ) {
    this.bag.add(vscode.workspace.onDidChangeTextDocument((event) => this.edited(event)));
    this.bag.add(vscode.workspace.onWillSaveTextDocument(({ document }) => this.saving(document)));
    this.bag.add(vscode.workspace.onDidSaveTextDocument((document) => this.saved(document)));
    this.bag.add(vscode.workspace.onDidCloseTextDocument((document) => this.files.delete(document.uri.toString())));
    this.bag.add(vscode.window.onDidChangeVisibleTextEditors(() => this.throttle.ask()));
  }

  /** Something new was recorded, or what is to be shown has changed: ask for what people see. */
  refresh(): void {
    this.throttle.ask();
  }

  model(document: vscode.TextDocument): FileModel | undefined {
    return this.files.get(document.uri.toString())?.model;
  }

  dispose(): void {
    this.bag.dispose();
    this.files.clear();
  }

  private refreshVisible(): void {
    if (!this.isOn()) return;
    const documents = new Set(vscode.window.visibleTextEditors.map((editor) => editor.document));
    for (const document of documents) if (document.uri.scheme === 'file') void this.ask(document);
  }

  private async ask(document: vscode.TextDocument): Promise<void> {
    const key = document.uri.toString();
    const file = this.files.get(key) ?? { model: new FileModel(), asking: false, again: false, saving: false };
    this.files.set(key, file);
    if (file.asking) {
      file.again = true;
      return;
    }
    file.asking = true;
    try {
      await this.fetch(document, file);
    } catch (error) {
      // Without the hub, what is shown stays; asking comes again with `welcome`.
      if (!(error instanceof HubError && error.code === 'disconnected')) this.log.warn(`metrics of ${document.fileName}: ${reason(error)}`);
    } finally {
      file.asking = false;
    }
    if (file.again && !document.isClosed) {
      file.again = false;
      this.throttle.ask();
    }
  }

  private async fetch(document: vscode.TextDocument, file: File): Promise<void> {
    const { version } = document;
    const answer = await this.client.request('metrics_for_file', { file: document.uri.fsPath, version });
    const metrics = readFileMetrics(answer.data);
    if (!file.model.answer(metrics.lines, metrics.version ?? version)) file.again = true;
    this.changes.fire(document.uri.toString());
  }

  private edited(event: vscode.TextDocumentChangeEvent): void {
    const { document, contentChanges } = event;
    const key = document.uri.toString();
    const file = this.files.get(key);
    if (!file) return;
    if (contentChanges.length > 0) {
      file.model.apply(editsOf(event));
      // The first change by the user comes here, too: the buffer is called dirty a moment later.
      if (!document.isDirty) void this.compare(document, file);
    } else if (!document.isDirty && !file.saving) {
      // No change but of the state: undo has come back to what is on the disk.
      file.model.reverted();
    }
    this.changes.fire(key);
  }

  /** A buffer that changed to what is on the disk was read anew, because another program has written the file. */
  private async compare(document: vscode.TextDocument, file: File): Promise<void> {
    const { version } = document;
    const text = document.getText();
    const disk = await readText(document.uri.fsPath);
    if (disk !== text || document.version !== version || file.saving) return;
    file.model.saved(version);
    this.throttle.ask();
  }

  private saving(document: vscode.TextDocument): void {
    const file = this.files.get(document.uri.toString());
    if (file) file.saving = true;
  }

  private saved(document: vscode.TextDocument): void {
    const file = this.files.get(document.uri.toString());
    if (!file) return;
    file.saving = false;
    file.model.saved(document.version);
    this.throttle.ask();
  }
}
