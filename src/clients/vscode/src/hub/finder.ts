// SPDX-License-Identifier: MIT
import type { Found } from './client';
import { findHub, isNamed, type DiscoveryOptions, type HubInfo } from './discovery';

/** Where tokens of paired hubs are kept; the editor's secret storage is one. */
export interface Secrets {
  get(key: string): Thenable<string | undefined>;
  store(key: string, value: string): Thenable<void>;
  delete(key: string): Thenable<void>;
}

const KEY = 'flowscope.token';

/** Finds the hub: by its discovery file, then on its ports with the token of an earlier pairing. */
export class Finder {
  /** The hub of the last discovery file; undefined when it was found by its port, or not at all. */
  info: HubInfo | undefined;
  private port: number | undefined;

  constructor(
    private readonly options: () => DiscoveryOptions,
    private readonly secrets: Secrets,
    /** Ask on ports; the one where a hub answered. */
    readonly findPort: () => Promise<number | undefined>,
  ) {}

  async find(): Promise<Found> {
    const options = this.options();
    this.port = undefined;
    this.info = await findHub(options);
    if (this.info) return { kind: 'hub', url: this.info.url, token: this.info.token };
    if (isNamed(options)) return { kind: 'none' };
    const port = await this.findPort();
    if (port === undefined) return { kind: 'none' };
    this.port = port;
    const token = await this.secrets.get(KEY);
    return token ? { kind: 'hub', url: `ws://127.0.0.1:${port}/ws`, token } : { kind: 'unpaired', port };
  }

  /** Where programs send OTLP, if a hub was found. */
  get otlp(): string | undefined {
    return this.info?.otlp ?? (this.port === undefined ? undefined : `http://127.0.0.1:${this.port}`);
  }

  async paired(token: string): Promise<void> {
    await this.secrets.store(KEY, token);
  }

  /** The hub did not want our token. A pairing that was taken back is forgotten; true when there was one. */
  async forget(): Promise<boolean> {
    const had = (await this.secrets.get(KEY)) !== undefined;
    await this.secrets.delete(KEY);
    return had;
  }
}
