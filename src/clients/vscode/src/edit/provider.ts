// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import { t } from '../base/l10n';
import { HubError } from '../protocol/hub-error';
import { SCHEME, type EditDocument } from './edit-document';

const BOM = Buffer.from('\uFEFF');

/** Texts that are edited, as files: they are read from their sessions, and saving one tells the hub. */
export class EditFiles implements vscode.FileSystemProvider, Disposable {
  private readonly bag = new Bag();
  private readonly changes = this.bag.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly onDidChangeFile = this.changes.event;

  constructor(private readonly find: (uri: vscode.Uri) => Promise<EditDocument | undefined>) {
    this.bag.add(vscode.workspace.registerFileSystemProvider(SCHEME, this, { isCaseSensitive: true }));
  }

  dispose(): void {
    this.bag.dispose();
  }

  /** The editor is to read it again. */
  readonly anew = (uri: vscode.Uri): void => this.changes.fire([{ type: vscode.FileChangeType.Changed, uri }]);

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { modified } = await this.need(uri);
    // The editor takes another size for a sign that somebody else has written, and would not save.
    return { type: vscode.FileType.File, ctime: 0, mtime: modified, size: 0 };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const content = Buffer.from((await this.need(uri)).read());
    // Whatever encoding the user has for other files, this one says what it is.
    const usual = vscode.workspace.getConfiguration('files', uri).get<string>('encoding', 'utf8') === 'utf8';
    return usual ? content : Buffer.concat([BOM, content]);
  }

  /** The text came as it was typed; that the user saves it is what is new. */
  async writeFile(uri: vscode.Uri): Promise<void> {
    const document = await this.need(uri);
    try {
      await document.save();
    } catch (error) {
      throw vscode.FileSystemError.Unavailable(problem(error));
    }
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  private async need(uri: vscode.Uri): Promise<EditDocument> {
    const document = await this.find(uri);
    if (!document) throw vscode.FileSystemError.FileNotFound(uri);
    return document;
  }
}

function problem(error: unknown): string {
  const failure = error instanceof HubError ? error : new HubError('failed', String(error));
  if (failure.code === 'disconnected' || failure.code === 'timeout') return t('FlowScope is not connected. The text is kept here and handed over later.');
  if (failure.code === 'closed') return t('This text is edited no more. Save it as another file to keep it.');
  return failure.advice;
}
