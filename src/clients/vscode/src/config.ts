// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { flag, record, text, type Data } from './protocol/message';

const SECTION = 'flowscope';

export type Languages = Readonly<Record<string, unknown>>;
export type Capture = 'tests' | 'tasks' | 'debugSessions' | 'terminalCommands';
export const CAPTURES: readonly Capture[] = ['tests', 'tasks', 'debugSessions', 'terminalCommands'];

/** The hub's settings that are meant for editors. */
export type HubSettings = Data;

/** A setting of the hub by its name in the settings table: under the whole name, or as members within members. */
function hubSetting<T>(settings: HubSettings, name: string, read: (data: Data, name: string) => T | undefined): T | undefined {
  const whole = read(settings, name);
  if (whole !== undefined) return whole;
  const parts = name.split('.');
  const last = parts.pop()!;
  let inside: Data | undefined = settings;
  for (const part of parts) inside = inside && record(inside, part);
  return inside && read(inside, last);
}

export function hubFlag(settings: HubSettings, name: string): boolean | undefined {
  return hubSetting(settings, name, flag);
}

export function hubText(settings: HubSettings, name: string): string | undefined {
  return hubSetting(settings, name, text);
}

/** The editor's settings together with the hub's: what either switches off is off. */
export class Config {
  private hub: HubSettings = {};

  /** What `welcome` and `configuration_updated` say. */
  setHub(settings: HubSettings): void {
    this.hub = settings;
  }

  get hubFile(): string {
    return this.get('hubFile', '');
  }

  /** Where to ask for the hub; undefined for the usual ports. */
  get hubPort(): number | undefined {
    return this.get('hubPort', 0) || undefined;
  }

  get codeNavigation(): boolean {
    return this.get('codeNavigation', true) && this.allowed('integrations.vscode.code-navigation');
  }

  get endOfLine(): boolean {
    return this.inlineMetrics && this.get('inlineMetrics.endOfLine', true);
  }

  get codeLens(): boolean {
    return this.inlineMetrics && this.get('inlineMetrics.codeLens', true);
  }

  get inlineMetrics(): boolean {
    return this.get('inlineMetrics.enabled', true) && this.hubAllowsMetrics;
  }

  /** Whether the hub's own settings leave them on; the editor's can't bring them back. */
  get hubAllowsMetrics(): boolean {
    return this.allowed('ui.show-inline-metrics') && this.allowed('integrations.vscode.inline-metrics');
  }

  /** Whether this window takes texts of pages. */
  get editing(): boolean {
    return this.get('edit.enabled', true);
  }

  /** Whether closing a text's document ends editing it for the page, too. */
  get endsOnClose(): boolean {
    const here = this.get<string>('edit.onClose', 'preferences');
    return (here === 'keep' || here === 'end' ? here : hubText(this.hub, 'integrations.vscode.edit-on-close')) === 'end';
  }

  /** Languages of texts, by site or type. */
  get editLanguages(): Languages {
    return this.get<Languages>('edit.languages', {});
  }

  get terminalEnvironment(): boolean {
    return vscode.workspace.isTrusted && this.get('terminal.environment', false);
  }

  get terminalMinimumMs(): number {
    return Math.max(0, this.get('capture.terminalMinimumSeconds', 1)) * 1000;
  }

  captures(what: Capture): boolean {
    return vscode.workspace.isTrusted && this.get(`capture.${what}`, false);
  }

  async set(name: string, value: unknown): Promise<void> {
    await vscode.workspace.getConfiguration(SECTION).update(name, value, vscode.ConfigurationTarget.Global);
  }

  private allowed(name: string): boolean {
    return hubFlag(this.hub, name) ?? true;
  }

  private get<T>(name: string, fallback: T): T {
    return vscode.workspace.getConfiguration(SECTION).get<T>(name, fallback);
  }
}
