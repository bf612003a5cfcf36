// SPDX-License-Identifier: MIT
import { ask as askHub } from '../hub/http';
import { HubError } from '../protocol/hub-error';
import { integer, record, records, text, type Data } from '../protocol/message';

/** How the user's devices are kept the same, as far as the hub of this one knows. */
export interface SyncStatus {
  readonly state: string;
  readonly conflicts: number;
  /** Changes that wait to be sent. */
  readonly pending: number;
  /** Why it does not work, for people. */
  readonly message: string | undefined;
}

export interface Version {
  readonly by: string;
  readonly value: unknown;
}

export interface ConflictField {
  readonly name: string;
  readonly mine: Version;
  readonly theirs: Version;
}

/** Something that two devices changed at once. */
export interface Conflict {
  readonly id: string;
  readonly title: string;
  readonly deletedBy: string | undefined;
  readonly fields: readonly ConflictField[];
}

export type Choice = 'mine' | 'theirs' | 'both' | 'keep_deleted' | 'restore';

/** Where the hub takes verbs, and the right to ask; undefined while none is known. */
export interface ControlEndpoint {
  readonly port: number;
  readonly token: string;
}

export function readStatus(data: Data): SyncStatus | undefined {
  const state = text(data, 'state');
  if (state === undefined) return undefined;
  const pending = record(data, 'pending');
  const error = record(data, 'error');
  return {
    state,
    conflicts: integer(data, 'conflicts') ?? 0,
    pending: (pending && integer(pending, 'operations')) ?? 0,
    message: error && text(error, 'message'),
  };
}

function readVersion(field: Data, side: string): Version {
  const version = record(field, side) ?? {};
  return { by: text(version, 'by') ?? '', value: version['value'] };
}

function readConflict(data: Data): Conflict | undefined {
  const id = text(data, 'id');
  if (id === undefined || text(data, 'state') !== 'open') return undefined;
  return {
    id,
    title: text(data, 'title') || text(data, 'record') || id,
    deletedBy: text(data, 'deleted_by'),
    fields: records(data, 'fields').map((field) => ({
      name: text(field, 'field') ?? '', mine: readVersion(field, 'mine'), theirs: readVersion(field, 'theirs'),
    })),
  };
}

export function readConflicts(data: Data): Conflict[] {
  return records(data, 'conflicts').map(readConflict).filter((conflict) => conflict !== undefined);
}

/** How long a verb may take, in milliseconds, and how long its answer may be, in bytes. */
interface Bounds {
  readonly timeout: number;
  readonly bytes: number;
}

const USUAL: Bounds = { timeout: 5000, bytes: 64 * 1024 };
/** Of every conflict all of both versions comes, and a note may have a MiB. */
const LONG: Bounds = { timeout: 30000, bytes: 64 * 1024 * 1024 };
/** It ends when everything was sent and fetched. */
const SLOW: Bounds = { timeout: 60000, bytes: 64 * 1024 };

/** The verbs of the hub about syncing. */
export class SyncClient {
  constructor(
    private readonly endpoint: () => ControlEndpoint | undefined,
    private readonly ask: typeof askHub = askHub,
  ) {}

  async status(): Promise<SyncStatus | undefined> {
    return readStatus(await this.run('sync-status', {}));
  }

  async conflicts(): Promise<Conflict[]> {
    return readConflicts(await this.run('sync-conflicts', {}, LONG));
  }

  async resolve(id: string, choice: Choice): Promise<void> {
    await this.run('sync-resolve', { id, choice });
  }

  async now(): Promise<void> {
    await this.run('sync-now', {}, SLOW);
  }

  private async run(verb: string, body: Data, bounds = USUAL): Promise<Data> {
    const endpoint = this.endpoint();
    if (!endpoint) throw new HubError('disconnected', 'FlowScope is not connected');
    const answer = await this.ask(endpoint.port, 'POST', `/control/${verb}`, body, bounds.timeout, endpoint.token, bounds.bytes);
    const data = record({ body: answer.body }, 'body') ?? {};
    if (answer.status !== 200) throw HubError.from({ message: `HTTP ${answer.status}`, ...data });
    return data;
  }
}
