// SPDX-License-Identifier: MIT
import type { Origin } from './edit-message';

const MAX_PART = 60;
/** What a page may call its text, and the ending that files of that kind have. */
const ENDINGS: Record<string, string> = {
  javascript: 'js', javascriptreact: 'jsx', typescript: 'ts', typescriptreact: 'tsx', markdown: 'md', python: 'py',
  ruby: 'rb', rust: 'rs', plaintext: 'txt', text: 'txt', shellscript: 'sh', shell: 'sh', bash: 'sh', csharp: 'cs',
  'c++': 'cpp', perl: 'pl', powershell: 'ps1', latex: 'tex', kotlin: 'kt', haskell: 'hs', htm: 'html',
};
/** Sites whose fields without a type are written in a language of their own. */
const SITES: Record<string, string> = {
  'github.com': 'markdown', 'gitlab.com': 'markdown', 'codeberg.org': 'markdown', 'stackoverflow.com': 'markdown',
  'stackexchange.com': 'markdown', 'reddit.com': 'markdown', 'discourse.org': 'markdown',
};

/** One line that is safe to show: no separator of folders, nothing invisible, nothing that turns the direction. */
function plainName(text: string): string {
  const line = text.replace(/[\p{C}\p{Z}]+/gu, ' ').replace(/[/\\]/g, '∕').trim();
  const characters = [...line];
  return characters.length > MAX_PART ? `${characters.slice(0, MAX_PART - 1).join('').trimEnd()}…` : line;
}

/** The ending of a text's name, without a dot; `txt` when its type is nothing that could be one. */
export function ending(fileType: string | undefined): string {
  const type = (fileType ?? '').trim().toLowerCase().replace(/^(text\/(x-)?|application\/(x-)?|\.)/, '');
  const known = Object.hasOwn(ENDINGS, type) ? ENDINGS[type]! : type;
  return /^[a-z0-9]{1,12}$/.test(known) ? known : 'txt';
}

/** What a document is called: page and field. */
export function documentName(origin: Origin): string {
  const parts = [plainName(origin.title) || plainName(origin.site ?? ''), plainName(origin.field ?? '')].filter(Boolean);
  return `${parts.join(' — ') || 'FlowScope'}.${ending(origin.fileType)}`;
}

function ofSite(site: string, languages: Readonly<Record<string, unknown>>): string | undefined {
  const host = site.replace(/:\d+$/, '').toLowerCase();
  const names = [site, host, ...[...host.matchAll(/\./g)].map(({ index }) => host.slice(index + 1))];
  return names.map((name) => languages[name]).find((language): language is string => typeof language === 'string');
}

/**
 * The language of a text when its name does not say it: what the user chose for the site or the type, what the hub
 * says, or what the site is known for.
 */
export function languageOf(origin: Origin, chosen: Readonly<Record<string, unknown>>): string | undefined {
  const type = ending(origin.fileType);
  const byType = [origin.fileType ?? '', type].map((name) => chosen[name]).find((name): name is string => typeof name === 'string');
  const byUser = (origin.site ? ofSite(origin.site, chosen) : undefined) ?? byType;
  if (byUser) return byUser;
  if (origin.languageId) return origin.languageId;
  return type === 'txt' && origin.site ? ofSite(origin.site, SITES) : undefined;
}
