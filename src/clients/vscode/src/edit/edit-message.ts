// SPDX-License-Identifier: MIT
import { HubError } from '../protocol/hub-error';
import { integer, record, records, text, type Data } from '../protocol/message';

/** A cursor, or a selection, in characters from the beginning of a text. */
export interface Mark {
  readonly start: number;
  readonly end: number;
}

/** Where somebody else is. */
export interface Other extends Mark {
  readonly by: string;
}

/** What is known of a text: where it comes from, and what it is written in. */
export interface Origin {
  readonly title: string;
  readonly field?: string;
  readonly url?: string;
  readonly site?: string;
  readonly fileType?: string;
  readonly languageId?: string;
}

export interface EditRequest extends Origin {
  readonly editId: string;
  /** What the hub calls this end of the text. */
  readonly client: string;
  readonly revision: number;
  readonly text: string;
  readonly cursor?: Mark;
  readonly others: readonly Other[];
}

const MAX_ID = 64;
const MAX_TITLE = 1024;

function readId(data: Data, name: string): string {
  const id = text(data, name);
  // One of them becomes the name of a file.
  if (!id || !/^[\w-]+$/.test(id) || id.length > MAX_ID) throw new HubError('bad_request', `${name} is not an id`);
  return id;
}

function readMark(data: Data | undefined): Mark | undefined {
  const [start, end] = [data && integer(data, 'start'), data && integer(data, 'end')];
  return start === undefined || end === undefined || start < 0 || end < 0 ? undefined : { start, end };
}

function some<T>(name: string, value: T | undefined): Record<string, T> {
  return value === undefined || value === '' ? {} : { [name]: value };
}

/** What people call a field: its label, or else the page's own name for it. */
function fieldName(data: Data): string | undefined {
  const field = record(data, 'field');
  if (!field) return text(data, 'field');
  return ['label', 'name', 'id', 'key'].map((name) => text(field, name)).find((name) => name)?.slice(0, MAX_TITLE);
}

export function readOrigin(data: Data): Origin {
  return {
    title: (text(data, 'title') ?? '').slice(0, MAX_TITLE),
    ...some('field', fieldName(data)),
    ...Object.assign({}, ...['url', 'site', 'fileType', 'languageId'].map((name) => some(name, text(data, name)))),
  };
}

/** `edit_request` as the hub sends it to an editor. */
export function readEditRequest(data: Data): EditRequest {
  const [revision, content] = [integer(data, 'revision'), text(data, 'text')];
  if (revision === undefined || revision < 0 || content === undefined) {
    throw new HubError('bad_request', 'there must be a revision and a text');
  }
  const cursor = readMark(record(data, 'cursor'));
  return {
    editId: readId(data, 'editId'), client: readId(data, 'client'), revision, text: content, ...readOrigin(data), ...(cursor && { cursor }),
    others: records(data, 'cursors').flatMap((entry) => {
      const [by, mark] = [text(entry, 'by'), readMark(entry)];
      return by && mark ? [{ by, ...mark }] : [];
    }),
  };
}

/** Where somebody else is, if `edit_update` says so. */
export function readOther(data: Data): Other | undefined {
  const [by, mark] = [text(data, 'by'), readMark(record(data, 'cursor'))];
  return by && mark ? { by, ...mark } : undefined;
}
